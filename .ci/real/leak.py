"""Looks for a secret in every file below some folders, in whatever guise; exit status 1 where it is, 0 where it is not.

    python leak.py SECRET FOLDER...
"""
import base64
import binascii
import codecs
import gzip
import pathlib
import re
import sys


def guises(secret):
    """As it is and in other spellings. Of base64 the part that does not depend on what stands before and after."""
    plain = secret.encode()
    yield 'plain', plain
    yield 'reversed', plain[::-1]
    yield 'rot13', codecs.encode(secret, 'rot13').encode()
    yield 'in hex', plain.hex().encode()
    yield 'percent-encoded', ''.join(f'%{byte:02x}' for byte in plain).encode()
    yield 'escaped as in JSON', ''.join(f'\\u{byte:04x}' for byte in plain).encode()
    yield 'in UTF-16', secret.encode('utf-16-le')
    for before in range(3):
        first = -(-before * 8 // 6)
        last = (before + len(plain)) * 8 // 6
        whole = base64.b64encode(b'x' * before + plain + b'xx')[first:last]
        yield 'in base64', whole
        yield 'in base64url', whole.replace(b'+', b'-').replace(b'/', b'_')


def contents(data):
    """The bytes, and what is packed or encoded within them."""
    yield data
    if data.startswith(b'\x1f\x8b'):
        yield from contents(gzip.decompress(data))
    for run in re.findall(rb'[A-Za-z0-9+/_-]{16,}', data):
        try:
            yield base64.b64decode(run + b'=' * (-len(run) % 4), altchars=b'-_' if b'-' in run or b'_' in run else None)
        except binascii.Error:
            pass


def main(secret, *folders):
    files = [path for folder in folders for path in pathlib.Path(folder).rglob('*') if path.is_file()]
    if not files:
        sys.exit(f'no file below {", ".join(folders)}')
    found = {f'{path}: {guise}' for path in files for data in contents(path.read_bytes())
             for guise, spelling in guises(secret) if spelling.lower() in data.lower()}
    print(*sorted(found), sep='\n')
    print(f'{len(files)} files, {len(found)} with the secret')
    sys.exit(bool(found))


main(*sys.argv[1:])
