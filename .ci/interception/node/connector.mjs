// A connector of one page: `connector.mjs CLIENT COMMAND [--config FILE ..]` asks for it with the client that is named.
import { readFileSync } from 'node:fs'
import { Worker, isMainThread, workerData } from 'node:worker_threads'

const whole = async (answer) => {
  let text = ''
  for await (const piece of answer) text += piece
  return JSON.parse(text)
}
const get = async (url) => {
  const module = await import(url.startsWith('https') ? 'node:https' : 'node:http')
  return new Promise((resolve, reject) => module.get(url, (answer) => resolve(whole(answer))).on('error', reject))
}
const clients = {
  fetch: async (url) => (await fetch(url)).json(),
  https: get,
  http2: async (url) => {
    const session = (await import('node:http2')).connect(url)
    return new Promise((resolve, reject) => {
      session.on('error', reject)
      const request = session.request({ ':path': new URL(url).pathname })
      whole(request).then(resolve, reject).finally(() => session.close())
    })
  },
  // TLS by hand, and no word of whom is meant.
  tls: async (url) => {
    const { hostname, port, pathname, protocol } = new URL(url)
    const module = await import(protocol === 'https:' ? 'node:tls' : 'node:net')
    const socket = module.connect({ host: hostname, port: port || 443 })
    socket.write(`GET ${pathname} HTTP/1.0\r\nHost: ${hostname}${port && ':' + port}\r\n\r\n`)
    let text = ''
    for await (const piece of socket) text += piece
    return JSON.parse(text.split('\r\n\r\n')[1])
  },
  axios: async (url) => (await (await import('axios')).default.get(url)).data,
  undici: async (url) => whole((await (await import('undici')).request(url)).body),
  undici_agent: async (url) => {
    const { request, EnvHttpProxyAgent } = await import('undici')
    return whole((await request(url, { dispatcher: new EnvHttpProxyAgent() })).body)
  },
  worker: (url) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: url })
      worker.on('message', resolve).on('error', reject)
    }),
}

const say = (message) => console.log(JSON.stringify(message))
if (!isMainThread) {
  const { parentPort } = await import('node:worker_threads')
  parentPort.postMessage(await get(workerData))
} else {
  const [client, command, ...flags] = process.argv.slice(2)
  const schema = { type: 'object', properties: { id: { type: 'integer' } } }
  if (command === 'spec') {
    say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object', properties: { api_url: { type: 'string' } } } } })
  } else if (command === 'check') {
    say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } })
  } else if (command === 'discover') {
    say({ type: 'CATALOG', catalog: { streams: [{ name: 'users', json_schema: schema, supported_sync_modes: ['full_refresh'] }] } })
  } else if (command === 'read') {
    const { api_url: base } = JSON.parse(readFileSync(flags[flags.indexOf('--config') + 1]))
    for (const data of await clients[client](`${base}/users`)) {
      say({ type: 'RECORD', record: { stream: 'users', data, emitted_at: 0 } })
    }
    say({ type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: { name: 'users' }, stream_state: { read: true } } } })
  }
}
