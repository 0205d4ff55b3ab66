"""The stream of examples/charges.rs, as one writes it with airbyte-cdk."""

import sys

from airbyte_cdk.entrypoint import launch
from airbyte_cdk.models import ConnectorSpecification
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.streams.http import HttpStream


class Charges(HttpStream):
    primary_key = "id"

    def __init__(self, config):
        super().__init__()
        self.config = config

    @property
    def url_base(self):
        return self.config["url"] + "/"

    def path(self, **kwargs):
        return "charges"

    def request_params(self, next_page_token=None, **kwargs):
        return {"limit": self.config["limit"], **(next_page_token or {})}

    def next_page_token(self, response):
        page = response.json()
        if page["has_more"] and page["data"]:
            return {"starting_after": page["data"][-1]["id"]}
        return None

    def parse_response(self, response, **kwargs):
        yield from response.json()["data"]

    def get_json_schema(self):
        return {"type": "object", "properties": {"id": {"type": "string"}}}


class Source(AbstractSource):
    def spec(self, logger):
        return ConnectorSpecification(connectionSpecification={"type": "object", "properties": {}})

    def check_connection(self, logger, config):
        return True, None

    def streams(self, config):
        return [Charges(config)]


if __name__ == "__main__":
    launch(Source(), sys.argv[1:])
