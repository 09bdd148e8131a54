/** What a line was probably meant to be: in a chat nothing that one writes to a person, outside a chat as much as can be guessed. */
import { mistakeOf } from '../../bin/terminal/mistakes';

const isKnown = (id: string): boolean => ['alice', 'bob'].includes(id);
const inChat = (line: string) => mistakeOf(line, { inChat: true, isKnown });
const outside = (line: string) => mistakeOf(line, { inChat: false, isKnown });
const meant = (line: string, command: string) => `There is no command "${line}": did you mean ${command}?`;

test.each([
  ['endchat', 'End chat'],
  ['End caht', 'End chat'],
  ['/end', 'End chat'],
  ['Log of', 'Log off'],
  ['log offf', 'Log off'],
  ['/log off', 'Log off'],
  ['logout', 'Log off'],
  [':quit', 'Quit'],
  [':q', 'Quit'],
  ['quti', 'Quit'],
  ['exit', 'Quit'],
  ['/quit', 'Quit'],
  ['hlep', 'Help'],
  ['/?', 'Help'],
  ['staus', 'Status'],
  ['hsitory bob', 'History bob'],
  ['caht bob', 'Chat bob'],
])('in a chat and outside, %s', (line, command) => {
  expect(inChat(line)).toBe(meant(line, command));
  expect(outside(line)).toBe(meant(line, command));
});

test.each([
  ['history', 'History needs a Client-ID: "History bob", for example'],
  ['Chat', 'Chat needs a Client-ID: "Chat bob", for example'],
  ['/block', 'Block needs a Client-ID: "Block bob", for example'],
  ['chat bob bob', 'Chat takes one Client-ID: "bob bob" is more'],
  ['/msg bob hi', 'Commands have no slash here: Help shows them'],
  ['/me waves', 'Commands have no slash here: Help shows them'],
])('in a chat and outside, %s, in its own words', (line, sentence) => {
  expect(inChat(line)).toBe(sentence);
  expect(outside(line)).toBe(sentence);
});

test.each([
  ['?', 'Help'],
  ['connect', 'Log on'],
  ['logn', 'Log on'],
  ['staaatus', 'Status'],
  ['statsu', 'Status'],
  ['end the chat', undefined],
  ['hello', undefined],
  ['good morning', undefined],
  ['', undefined],
])('outside a chat, %s', (line, command) => {
  expect(outside(line)).toBe(command === undefined ? undefined : meant(line, command));
});

test('outside a chat a command with too many Client-IDs, whoever they are', () => {
  expect(outside('chat dora ann')).toBe('Chat takes one Client-ID: "dora ann" is more');
});

// What people write to each other.
test.each(
  [
    ...[
      'what',
      'Hi',
      'hello',
      'help me',
      'Help!?',
      'quite',
      'quiet',
      'suit',
      'that',
      'chat with me',
      'Chat later?',
      'bye',
    ],
    ...['the end', 'end of story', 'history is fun', 'block the door', 'clock', 'black', 'log', 'long', 'logs of it'],
    ...[
      ':)',
      ':D',
      ':p',
      ':-/',
      '/',
      '//',
      '1/2',
      '/ 2',
      '? ',
      'no',
      'ok',
      '...',
      'my status is fine',
      'exit left',
      'chat',
    ],
    ...[
      'it is in /etc/passwd',
      'https://example.org',
      'who',
      'call',
      'connect the dots',
      'over',
      'Grüße',
      '漢字',
      ' ',
      '!',
    ],
  ].filter((line) => line !== 'chat'),
)('in a chat "%s" is a text', (line) => {
  expect(inChat(line)).toBeUndefined();
});
