// What a frontend does in a session of its own; throws where it sees anything of another's.

function same(seen, expected, what) {
  const [one, other] = [seen, expected].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`${what}: ${one}, not ${other}`);
}

export async function story(api, session) {
  const call = async (method, path, body) => {
    const headers = { 'X-Mock-Session': session, 'Content-Type': 'application/json' };
    const answer = await fetch(`${api}${path}`, { method, headers, body: body && JSON.stringify(body) });
    return [answer.status, await answer.json()];
  };
  const names = async () => (await call('GET', '/user_group?page_size=100'))[1].items.map((group) => group.name);

  const first = await names();
  const file_url = `data:text/csv,user_id%0A${session}-1%0A${session}-2`;
  const sent = { name: `Of ${session}`, description: 'd', category: 'l3', file_url };
  const [status, made] = await call('POST', '/user_group', sent);
  same(status, 201, 'the status of a creation');
  let group = made;
  while (group.status === 'pending') [, group] = await call('GET', `/user_group/${made._id}`);
  same(group.status, 'completed', 'the status of the group');
  const [, users] = await call('GET', `/user_group/${made._id}/users`);
  same(users.items.map((user) => user.user_id), [`${session}-1`, `${session}-2`], 'the users of the group');
  same(await names(), [...first, sent.name], 'the groups');
  for (const other of (await call('GET', '/user_group?page_size=100'))[1].items.slice(0, 3)) {
    same((await call('DELETE', `/user_group/${other._id}`))[0], 200, 'the status of a delete');
  }
  same(await names(), [...first.slice(3), sent.name], 'the groups after deletes');
  return made._id;
}
