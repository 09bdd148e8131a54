/**
 * What users typed and were shown, and what a history must hold after it (protocol 4.8, I-9, I-10). A text is made of its
 * writer and its number, so the ledger keeps counts, never texts. Must never be here: sockets, files, processes.
 */

const ALPHABET = 'the quick brown fox, jumps over: the lazy dog; Grüße ☕ 你好 \\ " \' <1> <from: x> ';
const FILLER = ALPHABET.repeat(30);
const LONGEST = 1300;
/** So many faults are told; the rest would say the same. */
const FAULTS_MAX = 8;

/** The body of a text: most are short, some fill a record. */
function filler(id, n) {
  let h = n;
  for (const letter of id) h = Math.imul(h ^ letter.charCodeAt(0), 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  const length = Math.floor((h / 2 ** 32) ** 6 * LONGEST);
  const from = h % ALPHABET.length;
  return FILLER.slice(from, from + length);
}

const pairKey = (a, b) => (a < b ? `${a} ${b}` : `${b} ${a}`);

export class Ledger {
  /** What was wrong at once, when it was seen. */
  faults = [];
  sessions = new Map();
  texts = { typed: 0, shown: 0, checked: 0 };
  #numbers = new Map();
  #pairs = new Map();
  /** By user: the chat he ended himself, until the server has answered something later. */
  #ending = new Map();
  /** By user: his last chat. */
  #current = new Map();
  #before = 0;
  #last = 0;

  /** The server has started: from now on every session number is above all before. */
  restarted() {
    this.#before = this.#last;
  }

  /** `Chat started` was shown. */
  started(session, id, peer) {
    this.answered(id);
    if (session <= this.#before) this.fault(`session ${session} is handed out again after a restart (${id}, ${peer})`);
    this.#last = Math.max(this.#last, session);
    const key = pairKey(id, peer);
    const known = this.sessions.get(session);
    const again = known && (known.key !== key || known.of[id].started);
    if (again) this.fault(`session ${session} of ${known.key} is handed out again to ${key}`);
    const entry = known && !again ? known : this.#open(session, key, id, peer);
    entry.of[id].started = true;
    this.#current.set(id, entry);
  }

  #open(session, key, a, b) {
    const blank = { first: 0, typed: 0, shown: 0, started: false, whole: false };
    const entry = { key, of: { [a]: { ...blank }, [b]: { ...blank } }, ends: 0 };
    this.sessions.set(session, entry);
    this.#pairs.set(key, [...(this.#pairs.get(key) ?? []), session]);
    return entry;
  }

  /** A text for this user to type now; it says how many of the other's he has seen. */
  typed(session, id) {
    const { of, key } = this.sessions.get(session);
    const n = (this.#numbers.get(id) ?? 0) + 1;
    this.#numbers.set(id, n);
    of[id].typed++;
    of[id].first ||= n;
    this.texts.typed++;
    return `${n} ${of[otherOf(key, id)].shown} ${filler(id, n)}`;
  }

  /** A text of `from` was displayed to `at`: the next one of this session, or a fault. */
  shown(session, from, at, text) {
    const entry = this.sessions.get(session);
    if (!entry || entry.key !== pairKey(from, at)) return this.fault(`${at} was shown a text of session ${session}`);
    const by = entry.of[from];
    const { n } = read(text, from);
    if (n !== by.first + by.shown) {
      this.fault(
        `session ${session}: ${at} was shown text ${n} of ${from}, not ${by.first + by.shown}: ${text.slice(0, 60)}`,
      );
    }
    by.shown++;
    this.texts.shown++;
  }

  /** A user ends a chat: unless the other or the network was faster, all that he typed in it reaches the server before. */
  ended(session, id) {
    const entry = this.sessions.get(session);
    entry.ends++;
    this.#ending.set(id, entry.of[id]);
  }
  /** The server has answered this user something that it can only say after it has read all before. */
  answered(id) {
    const entry = this.#ending.get(id);
    if (entry) entry.whole = true;
    this.#ending.delete(id);
  }
  /** He was told that his chat is over. */
  over(id) {
    this.#current.delete(id);
  }
  /** His connection is gone, what was on the way perhaps, and his chat with it. */
  left(id) {
    this.#ending.delete(id);
    const entry = this.#current.get(id);
    if (entry) entry.ends++;
    this.#current.delete(id);
  }

  fault(sentence) {
    if (this.faults.length < FAULTS_MAX) this.faults.push(sentence);
  }

  get pairs() {
    return [...this.#pairs.keys()].map((key) => key.split(' '));
  }

  /** How many texts of each writer have been displayed so far, by session: what a list asked for now must hold at least. */
  floor(a, b) {
    return new Map(
      (this.#pairs.get(pairKey(a, b)) ?? []).map((session) => {
        const { of } = this.sessions.get(session);
        return [session, { [a]: of[a].shown, [b]: of[b].shown }];
      }),
    );
  }

  /**
   * Compares the list of a pair with what was typed and displayed: displayed is a beginning of stored, stored is a beginning
   * of typed, sessions rise, and no text stands before one that its writer had seen.
   * @param list `{ session, from, text }` in order @returns whether it is right; the faults are told
   */
  check(a, b, list, floor = this.floor(a, b)) {
    const before = this.faults.length;
    const stored = new Map();
    let last = 0;
    for (const line of list) {
      if (line.session < last) this.fault(`${a}, ${b}: session ${line.session} after ${last} in the history`);
      last = line.session;
      this.#line(pairKey(a, b), line, stored);
    }
    for (const [session, least] of floor) this.#complete(session, least, stored.get(session) ?? {});
    this.texts.checked += list.length;
    return this.faults.length === before;
  }

  #line(key, { session, from, text }, stored) {
    const entry = this.sessions.get(session);
    const where = `history of ${key}, session ${session}`;
    if (!entry || entry.key !== key || !entry.of[from])
      return this.fault(`${where}: nobody chatted there: ${text.slice(0, 60)}`);
    const counts = stored.get(session) ?? {};
    stored.set(session, counts);
    const by = entry.of[from];
    const has = counts[from] ?? 0;
    const { n, seen } = read(text, from);
    if (n !== by.first + has)
      this.fault(`${where}: text ${n} of ${from} stands where ${by.first + has} must: ${text.slice(0, 60)}`);
    if (has >= by.typed) this.fault(`${where}: more texts of ${from} than the ${by.typed} that were typed`);
    if (seen > (counts[otherOf(key, from)] ?? 0))
      this.fault(`${where}: text ${n} of ${from} stands before one that ${from} had seen`);
    counts[from] = has + 1;
  }

  #complete(session, least, counts) {
    const { key, of, ends } = this.sessions.get(session);
    for (const [id, shown] of Object.entries(least)) {
      const has = counts[id] ?? 0;
      const where = `history of ${key}, session ${session}`;
      if (has < shown) this.fault(`${where}: ${shown} texts of ${id} were displayed, ${has} are stored`);
      const whole = of[id].whole && ends === 1;
      if (whole && has !== of[id].typed)
        this.fault(`${where}: ${id} typed ${of[id].typed} and ended it, ${has} are stored`);
    }
  }
}

function otherOf(key, id) {
  const [a, b] = key.split(' ');
  return id === a ? b : a;
}

/** @returns number and seen of a text, or not-a-number if the text is not what its writer typed */
function read(text, id) {
  const [, n, seen, body] = /^(\d+) (\d+) ([^]*)$/.exec(text) ?? [];
  return n !== undefined && body === filler(id, Number(n)) ? { n: Number(n), seen: Number(seen) } : { n: NaN, seen: 0 };
}
