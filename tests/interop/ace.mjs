// atlassian-connect-express behind the addresses of our Connect app. Told on stdin {appKey, baseUrl, keys, sites,
// clients: [{clientKey, sharedSecret, baseUrl}], requests: [{method, url, headers, body}]}, it sends itself each request
// and prints the list of statuses as JSON, 0 where it does not answer. `keys` is where install keys are fetched.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(`${process.cwd()}/`);
const told = JSON.parse(await text(process.stdin));
const silent = { info() {}, warn() {}, error() {}, debug() {} };

// Its own settings; the host of the install keys is read from the environment alone.
process.env.CONNECT_KEYS_CDN_URL = told.keys;
const express = require('express');
const ace = require('atlassian-connect-express');

const [folder] = process.argv.slice(2);
const descriptor = `${folder}/atlassian-connect.json`;
const lifecycle = { installed: '/connect/installed', uninstalled: '/connect/uninstalled' };
writeFileSync(descriptor, JSON.stringify({ key: told.appKey, name: 'LearnLoop', baseUrl: told.baseUrl, lifecycle }));

// Custom stores are registered as its README says; this one holds what it was told and forgets what it is given.
const clients = new Map(told.clients.map((client) => [client.clientKey, { key: told.appKey, ...client }]));
ace.store.register('told', () => ({ get: async (_name, clientKey) => clients.get(clientKey) ?? null }));

const app = express();
app.set('env', 'production');
app.use(express.json(), express.urlencoded({ extended: false }));
const config = { store: { adapter: 'told' }, localBaseUrl: told.baseUrl, whitelist: told.sites, setupInstallRoute: false };
const files = { descriptorFilename: descriptor, configFileName: `${folder}/none.json` };
const addon = ace(app, { config: { production: config } }, silent, files);

const accept = (_request, response) => response.status(204).end();
app.post('/connect/installed', addon.verifyInstallation(), accept);
app.post('/connect/uninstalled', addon.verifyInstallation(), accept);
app.post(['/connect/enabled', '/connect/disabled', '/webhooks/connect'], addon.authenticate(), accept);
app.get(['/connect/panel', '/connect/admin'], addon.authenticate(), accept);
app.post('/connect/panel', addon.checkValidToken(), accept);

const server = app.listen(0, '127.0.0.1');
await new Promise((ready) => server.once('listening', ready));
const address = `http://127.0.0.1:${server.address().port}`;
const statuses = [];
for (const { method, url, headers, body } of told.requests) {
  const sent = fetch(address + url, { method, headers, body, signal: AbortSignal.timeout(2000) });
  statuses.push(await sent.then((answer) => answer.status, () => 0));
}
console.log(JSON.stringify(statuses));
process.exit(0);
