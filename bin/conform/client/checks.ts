/** Every check of a client, in the order of the protocol. */
import { chatChecks } from './checks/chat';
import { closingChecks } from './checks/closing';
import { connectChecks } from './checks/connect';
import { forgedChecks } from './checks/forged';
import { historyChecks } from './checks/history';
import { logOnChecks } from './checks/log-on';
import { recordChecks } from './checks/records';
import { scenarioChecks } from './checks/scenarios';
import type { ClientCheck } from './judge';

export const CLIENT_CHECKS: readonly ClientCheck[] = [
  ...logOnChecks,
  ...forgedChecks,
  ...connectChecks,
  ...recordChecks,
  ...chatChecks,
  ...historyChecks,
  ...closingChecks,
  ...scenarioChecks,
];
