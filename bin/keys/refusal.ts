/** Something the user asked for and cannot have; the message is one sentence that says what to do. */
export class Refusal extends Error {}
