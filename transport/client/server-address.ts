/** The address of a server as people write it. Must never be here: looking it up. */
import { WIRE } from '../../machines/limits';
import type { Address } from '../../machines/ports';

/** `host`, `host:port`, `[IPv6]`, `[IPv6]:port` or an IPv6 address alone. @returns undefined if it is none of these */
export function parseServer(text: string): Address | undefined {
  // Two colons at least: HOST:PORT has one.
  if (/^[0-9a-f:.%\w]*::?[0-9a-f:.%\w]*$/i.test(text) && isBareIPv6(text))
    return { address: text, port: WIRE.UDP_PORT };
  const [, bracketed, plain, given] = /^(?:\[([^\]]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  const port = given === undefined ? WIRE.UDP_PORT : Number(given);
  return address !== undefined && port > 0 && port <= 65_535 ? { address, port } : undefined;
}

/** Groups of hexadecimal digits: eight of them, or fewer and `::` once. */
function isBareIPv6(text: string): boolean {
  const [digits = ''] = text.split('%', 1);
  if (!/^[0-9a-f:.]+$/i.test(digits) || digits.includes(':::')) return false;
  const shortened = digits.split('::').length - 1;
  const groups = digits.split(':').filter((group) => group !== '');
  return shortened === 1 ? groups.length < 8 : shortened === 0 && groups.length === 8;
}
