// What Vitest does with a global set-up: it calls it with a project to provide values, and at the end what it gave.
import assert from 'node:assert/strict';

const { default: setup } = await import(`${process.cwd()}/mock.setup.mjs`);
const provided = {};
const teardown = await setup({ provide: (name, value) => { provided[name] = value; } });
const url = provided.audienceMock;
assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
assert.ok((await fetch(`${url}/openapi.json`)).ok);
await teardown();
await assert.rejects(fetch(`${url}/openapi.json`));
console.log('provided');
