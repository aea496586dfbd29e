// Plays Vitest for a set-up file that resets the mock before each test.
import assert from 'node:assert/strict';
import { hooks, provided } from 'vitest';
import { disturb, left } from './disturb.mjs';

provided.audienceMock = process.env.AUDIENCE_MOCK;
const { headers } = await import(`${process.cwd()}/mock.reset.mjs`);
assert.deepEqual(headers, { 'X-Mock-Session': 'worker 3' });
const begin = () => Promise.all(hooks.map((hook) => hook()));
await disturb(provided.audienceMock, headers);
await begin();
assert.deepEqual(await left(provided.audienceMock, headers), []);
headers['X-Mock-Session'] = 'x'.repeat(300);
await assert.rejects(begin(), /300 characters/);
console.log('reset');
