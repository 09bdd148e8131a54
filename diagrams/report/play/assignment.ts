/** Options of a client that says what the assignment has and nothing more (protocol 8, choice 15). Must never be here: other options. */
export const ASSIGNMENT_ONLY = ['--limit', 'T_KEEPALIVE_MS=0', '--limit', 'T_DEAD_MS=0'] as const;
