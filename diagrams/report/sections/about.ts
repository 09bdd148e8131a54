/** How this report was made and how it is adapted; the standards it names. */
import { heading, list, paragraph, type Block } from '../blocks';
import type { Facts } from '../facts';
import { count } from './words';

const REFERENCES = [
  'ETSI GSM 03.20 / 3GPP TS 43.020: Security-related network functions (A3, A8, A5)',
  '3GPP TS 33.102: 3G security; Security architecture (AKA)',
  '3GPP TS 55.205: Specification of the GSM-MILENAGE algorithms',
  'RFC 768: User Datagram Protocol; RFC 9293: Transmission Control Protocol',
  'RFC 1994: PPP Challenge Handshake Authentication Protocol (CHAP)',
  'RFC 2104: HMAC; RFC 5869: HKDF; RFC 7914: scrypt',
  'RFC 3629: UTF-8',
  'RFC 4086: Randomness Requirements for Security',
  'RFC 5116: An Interface and Algorithms for Authenticated Encryption',
  'RFC 6347: Datagram Transport Layer Security 1.2 (cookies); RFC 8446: TLS 1.3 (key schedule)',
  'RFC 7616: HTTP Digest Access Authentication',
  'RFC 7748: Elliptic Curves for Security (X25519)',
  'RFC 8085: UDP Usage Guidelines',
  'FIPS 180-4: Secure Hash Standard; FIPS 202: SHA-3 Standard; NIST SP 800-38D: Galois/Counter Mode',
];

export function about({ runs, machine }: Facts): Block[] {
  return [
    heading(1, 'About this report'),
    heading(2, 'How it is made'),
    paragraph(
      `\`npm run report\` makes this page and its PDF in one go: it builds the programs, plays ${count(runs.length, 'scenario')} in real terminals, records one, measures, reads the documents and results of the project, and writes both from the same blocks, so that they cannot differ. No figure in it was typed by hand: sizes, limits, counts, versions and times are from the code, the run, or a result file${machine.commit === undefined ? '' : ` of the source at commit ${machine.commit}`}.`,
    ),
    heading(2, 'How to adapt it'),
    list([
      'Title, subtitle, course, authors and date stand in `docs/report.yaml`. Change them and run `npm run report` again. Another file is named by `--settings FILE`.',
      '`--out FOLDER` writes elsewhere; `--quick` plays the first two scenarios only; `--tests` runs a selection of the tests if no result of a full run is there.',
      'Run `npm run check` before, and the other commands named in the chapter on results: what they found then stands in the report.',
      'The text of a chapter is one small file in `diagrams/report/sections`.',
    ]),
    heading(2, 'References'),
    list(REFERENCES),
  ];
}
