"""Runs the manifest in a folder as the connector that it describes: FOLDER COMMAND [ARGUMENTS].

It goes the way of the image that manifests are published with. There the CDK finds `manifest.yaml` in its working folder,
and the manifest's own Python as the module `source_declarative_manifest.components`.
"""

import os
import sys
import types


def main() -> None:
    folder = os.path.abspath(sys.argv.pop(1))
    package = types.ModuleType("source_declarative_manifest")
    package.__path__ = [folder]
    sys.modules[package.__name__] = package
    os.chdir(folder)

    from airbyte_cdk.cli.source_declarative_manifest._run import handle_local_manifest_command

    handle_local_manifest_command(sys.argv[1:])


if __name__ == "__main__":
    main()
