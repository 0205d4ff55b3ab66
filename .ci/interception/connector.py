"""A connector of one page: `connector.py CLIENT COMMAND [--config FILE ..]` asks for it with the client that is named."""
import asyncio
import importlib
import json
import sys


def requests_get(url):
    return importlib.import_module('requests').get(url, timeout=20).json()


def requests_prepared(url):
    requests = importlib.import_module('requests')
    session = requests.Session()
    return session.send(session.prepare_request(requests.Request('GET', url)), timeout=20).json()


def httpx(url):
    return importlib.import_module('httpx').get(url).json()


def urllib_request(url):
    with importlib.import_module('urllib.request').urlopen(url, timeout=20) as answer:
        return json.load(answer)


def urllib3(url):
    return json.loads(importlib.import_module('urllib3').PoolManager().request('GET', url, retries=False, timeout=20).data)


def http_client(url):
    client, parse = importlib.import_module('http.client'), importlib.import_module('urllib.parse')
    parts = parse.urlsplit(url)
    kind = client.HTTPSConnection if parts.scheme == 'https' else client.HTTPConnection
    connection = kind(parts.netloc, timeout=20)
    connection.request('GET', parts.path)
    return json.load(connection.getresponse())


def aiohttp(url, **options):
    module = importlib.import_module('aiohttp')

    async def ask():
        async with module.ClientSession(**options) as session, session.get(url) as answer:
            return await answer.json()

    return asyncio.run(ask())


def aiohttp_trust_env(url):
    return aiohttp(url, trust_env=True)


def httplib2(url):
    return json.loads(importlib.import_module('httplib2').Http(timeout=20).request(url)[1])


def boto3(url):
    # An API of Amazon's, at an address of ours: an object of a bucket.
    session = importlib.import_module('boto3').session.Session('made-up', 'made-up', region_name='us-east-1')
    path = {'addressing_style': 'path'}
    config = importlib.import_module('botocore.config').Config(s3=path, retries={'total_max_attempts': 1})
    client = session.client('s3', endpoint_url=url.rpartition('/')[0], config=config)
    return json.load(client.get_object(Bucket='bucket', Key='users')['Body'])


def pycurl(url):
    import io

    module, page = importlib.import_module('pycurl'), io.BytesIO()
    handle = module.Curl()
    handle.setopt(module.URL, url)
    handle.setopt(module.WRITEDATA, page)
    handle.perform()
    return json.loads(page.getvalue())


client, command = sys.argv[1:3]


def say(**message):
    print(json.dumps(message))


if command == 'spec':
    say(type='SPEC', spec={'connectionSpecification': {'type': 'object', 'properties': {'api_url': {'type': 'string'}}}})
elif command == 'check':
    say(type='CONNECTION_STATUS', connectionStatus={'status': 'SUCCEEDED'})
elif command == 'discover':
    schema = {'type': 'object', 'properties': {'id': {'type': 'integer'}}}
    say(type='CATALOG', catalog={'streams': [{'name': 'users', 'json_schema': schema, 'supported_sync_modes': ['full_refresh']}]})
elif command == 'read':
    with open(sys.argv[sys.argv.index('--config') + 1], encoding='utf-8') as file:
        url = json.load(file)['api_url'] + '/users'
    for user in globals()[client](url):
        say(type='RECORD', record={'stream': 'users', 'data': user, 'emitted_at': 0})
    say(type='STATE', state={'type': 'STREAM', 'stream': {'stream_descriptor': {'name': 'users'}, 'stream_state': {'read': True}}})
