// What a test may leave behind in a session of the mock.
import assert from 'node:assert/strict';

const GROUPS = '/service/platform/user/v1.0/company/559/application/64b000000000000000000001/user_group';

const call = async (mock, headers, method, path, body) => {
  const options = { method, headers: { ...headers, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) };
  return fetch(new URL(path, mock), options);
};

/** Leave a fault rule, a frozen clock, a job progression and a journal behind. */
export async function disturb(mock, headers) {
  for (const [method, path, body] of [
    ['POST', '/__mock__/faults', { status: 503, body: {}, path: '*' }],
    ['POST', '/__mock__/clock', { freeze: '2031-01-01T00:00:00Z' }],
    ['PUT', '/__mock__/jobs/progression', {}],
  ]) assert.ok((await call(mock, headers, method, path, body)).ok);
  assert.equal((await call(mock, headers, 'GET', GROUPS)).status, 503);
  assert.deepEqual(await left(mock, headers), ['faults', 'clock', 'progression', 'journal']);
}

/** The names of those that are still there. */
export async function left(mock, headers) {
  const read = async (path) => (await call(mock, headers, 'GET', `/__mock__/${path}`)).json();
  return [
    (await read('faults')).items.length && 'faults',
    (await read('clock')).frozen && 'clock',
    (await read('jobs')).progression.seconds === null && 'progression',
    (await read('journal')).total && 'journal',
  ].filter(Boolean);
}
