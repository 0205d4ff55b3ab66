// What Node cannot be told by a variable. The harness has every Node process load this file first (NODE_OPTIONS=--require), its
// workers and the processes that it starts too.
//
// Before Node 22, and after it wherever a client brings its own dispatcher, fetch and https ask no proxy variable. Where
// CONNECTOR_HARNESS_REDIRECT names an address, every TCP connection that does not stay on this machine goes there, and names have an
// address without anybody being asked for it. It is done where all clients meet, http, https, http2, fetch and undici included. One
// that does go through the proxy never comes to it: the proxy is on this machine.
'use strict'

const [, toHost, toPort] = /^(.+):(\d+)$/.exec(process.env.CONNECTOR_HARNESS_REDIRECT || '') || []

const stays = (host) =>
  /^(|localhost|.*\.localhost|127\..*|::1?|0\.0\.0\.0)$/i.test(String(host).replace(/\.$/, '').replace(/^::ffff:/i, ''))

// An address of the range that is set aside for tests of networks: whoever asks for a name is asked for nothing but that.
const nowhere = '198.18.0.1'

function redirect(net) {
  const { connect } = net.Socket.prototype
  net.Socket.prototype.connect = function (...given) {
    const [first, second] = given
    // From within, options and callback come as one list.
    const [options, callback] = Array.isArray(first)
      ? first
      : [
          first !== null && typeof first === 'object' ? first : { port: first, host: typeof second === 'string' ? second : '' },
          given.find((argument) => typeof argument === 'function'),
        ]
    // Without a port it is the path of a local socket.
    if (options.path || !(Number(options.port) > 0) || stays(options.host || '')) return connect.apply(this, given)
    // Whoever is reached is told by this name who is meant; a client that names nobody trusts the certificate of nobody.
    if (typeof this.setServername === 'function' && this._handle && !options.servername && !net.isIP(options.host)) {
      this.setServername(options.host)
    }
    const { lookup, localAddress, family, ...others } = options
    return connect.call(this, { ...others, host: toHost, port: Number(toPort) }, callback)
  }
}

function answer(dns, net) {
  const known = (host) => typeof host === 'string' && !net.isIP(host) && !stays(host)
  const found = (options) => {
    const family = options === 6 || (options && (options.family === 6 || options.family === 'IPv6')) ? 6 : 4
    const address = family === 6 ? `::ffff:${nowhere}` : nowhere
    return options && options.all ? [{ address, family }] : { address, family }
  }
  const { lookup } = dns
  dns.lookup = function (host, options, callback) {
    const answered = typeof options === 'function' ? options : callback
    if (!known(host) || typeof answered !== 'function') return lookup.apply(dns, arguments)
    const one = found(options)
    process.nextTick(() => (Array.isArray(one) ? answered(null, one) : answered(null, one.address, one.family)))
    return {}
  }
  // Among its properties is what `util.promisify` makes of it.
  Object.defineProperties(dns.lookup, Object.getOwnPropertyDescriptors(lookup))
  const { lookup: promised } = dns.promises
  dns.promises.lookup = (host, options) => (known(host) ? Promise.resolve(found(options)) : promised(host, options))
}

if (toHost) {
  const net = require('net')
  redirect(net)
  answer(require('dns'), net)
  // So that modules that name what they import have these too.
  require('module').syncBuiltinESMExports()
}
