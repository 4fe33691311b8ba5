/** What is wrong with the companion's address, and how to mend it; undefined when nothing is. */
export function urlProblem(url: string): string | undefined {
  if (url === '') {
    return 'Give the address of the companion, such as http://companion:8585.';
  }
  const address = parse(url);
  if (!address) {
    return 'This is not an address. Write it with its scheme, such as http://companion:8585.';
  }
  const { protocol, username, password, search, hash } = address;
  if (protocol !== 'http:' && protocol !== 'https:') {
    return 'The address must begin with http:// or https://.';
  }
  if (username !== '' || password !== '') {
    return 'Leave user and password out of the address; the companion knows Grafana by the key below.';
  }
  return search !== '' || hash !== '' ? 'Leave out what follows ? or #.' : undefined;
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
