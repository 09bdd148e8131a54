/** How drawing fails because of something the user can mend. */

/** The message is one line with what was to be drawn and the reason. */
export class DrawError extends Error {}
