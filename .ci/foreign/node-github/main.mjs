// A connector for the issues and labels of a GitHub repository, in Node with what comes with it: `fetch`, which knows of no proxy.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const API = 'https://api.github.com';

const print = (message) => process.stdout.write(JSON.stringify(message) + '\n');
const json = async (path) => JSON.parse(await readFile(path, 'utf8'));

const spec = {
  type: 'object',
  required: ['token', 'repository'],
  properties: {
    token: { type: 'string', title: 'Token', description: 'A personal access token', airbyte_secret: true },
    repository: { type: 'string', title: 'Repository', description: 'Owner and name', examples: ['octocat/hello-world'] },
  },
};

const person = { type: ['null', 'object'], properties: { id: { type: 'integer' }, login: { type: 'string' } } };
const streams = [
  {
    name: 'issues',
    json_schema: {
      type: 'object',
      properties: {
        id: { type: 'integer' },
        number: { type: 'integer' },
        title: { type: 'string' },
        state: { type: 'string' },
        body: { type: ['null', 'string'] },
        user: person,
        labels: { type: 'array', items: { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } } } },
        created_at: { type: 'string', format: 'date-time' },
        updated_at: { type: 'string', format: 'date-time' },
      },
    },
    supported_sync_modes: ['full_refresh', 'incremental'],
    source_defined_cursor: true,
    default_cursor_field: ['updated_at'],
    source_defined_primary_key: [['id']],
  },
  {
    name: 'labels',
    json_schema: {
      type: 'object',
      properties: { id: { type: 'integer' }, name: { type: 'string' }, color: { type: 'string' }, description: { type: ['null', 'string'] } },
    },
    supported_sync_modes: ['full_refresh'],
    source_defined_primary_key: [['id']],
  },
];

async function ask(config, url) {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${config.token}`, accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
  });
  if (!response.ok) throw new Error(`${response.status} ${(await response.json()).message}`);
  const next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '');
  return { body: await response.json(), next: next?.[1] };
}

async function* pages(config, path, query) {
  let url = `${API}/repos/${config.repository}/${path}?${new URLSearchParams({ per_page: 10, ...query })}`;
  while (url) {
    const { body, next } = await ask(config, url);
    yield body;
    url = next;
  }
}

const status = (name, status) =>
  print({ type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: Date.now(), stream_status: { stream_descriptor: { name }, status } } });

async function read(config, catalog, states) {
  for (const { stream, sync_mode } of catalog.streams) {
    const { name } = stream;
    const before = states.find((state) => state.stream?.stream_descriptor.name === name)?.stream.stream_state ?? {};
    const incremental = sync_mode === 'incremental';
    const query = name === 'issues' ? { state: 'all', sort: 'updated', direction: 'asc' } : {};
    if (incremental && before.updated_at) query.since = before.updated_at;
    let cursor = before.updated_at;
    const checkpoint = (count) =>
      print({
        type: 'STATE',
        state: {
          type: 'STREAM',
          stream: { stream_descriptor: { name }, stream_state: incremental ? { updated_at: cursor } : {} },
          sourceStats: { recordCount: count },
        },
      });
    status(name, 'STARTED');
    let count = 0;
    let running = false;
    for await (const page of pages(config, name, query)) {
      if (!running) status(name, 'RUNNING');
      running = true;
      for (const data of page) {
        print({ type: 'RECORD', record: { stream: name, data, emitted_at: Date.now() } });
        if (incremental) cursor = data.updated_at;
        count++;
      }
      if (incremental && page.length) {
        checkpoint(count);
        count = 0;
      }
    }
    if (!incremental || count || !cursor) checkpoint(count);
    status(name, 'COMPLETE');
  }
}

async function main([command, ...rest]) {
  const { values } = parseArgs({ args: rest, options: { config: { type: 'string' }, catalog: { type: 'string' }, state: { type: 'string' } } });
  if (command === 'spec') return print({ type: 'SPEC', spec: { connectionSpecification: spec, documentationUrl: 'https://docs.github.com/rest' } });
  const config = await json(values.config);
  if (command === 'check') {
    try {
      await ask(config, `${API}/repos/${config.repository}`);
      print({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } });
    } catch (error) {
      print({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: error.message } });
    }
  } else if (command === 'discover') {
    print({ type: 'CATALOG', catalog: { streams } });
  } else {
    await read(config, await json(values.catalog), values.state ? await json(values.state) : []);
  }
}

main(process.argv.slice(2)).catch((error) => {
  print({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: Date.now(), error: { message: error.message, stack_trace: error.stack, failure_type: 'system_error' } } });
  process.exitCode = 1;
});
