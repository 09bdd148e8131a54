/** Every check of a client, in the order of the protocol; a whole log-on comes first. */
import { activityChecks } from './checks/activity';
import { candidateChecks } from './checks/candidates';
import { chatChecks } from './checks/chat';
import { closingChecks } from './checks/closing';
import { connectChecks } from './checks/connect';
import { firstChecks } from './checks/first';
import { forgedChecks } from './checks/forged';
import { historyChecks } from './checks/history';
import { keyFileChecks } from './checks/key-file';
import { logOnChecks } from './checks/log-on';
import { recordChecks } from './checks/records';
import { retryChecks } from './checks/retry';
import { scenarioChecks } from './checks/scenarios';
import { textChecks } from './checks/texts';
import type { ClientCheck } from './judge';

export const CLIENT_CHECKS: readonly ClientCheck[] = [
  ...firstChecks,
  ...keyFileChecks,
  ...logOnChecks,
  ...forgedChecks,
  ...candidateChecks,
  ...retryChecks,
  ...connectChecks,
  ...recordChecks,
  ...chatChecks,
  ...textChecks,
  ...historyChecks,
  ...closingChecks,
  ...activityChecks,
  ...scenarioChecks,
];
