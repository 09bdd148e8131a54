/** All scenarios (protocol appendix C gives the first ones). H: log-on. C: chat. */
import type { Scenario } from './scenario';
import { chatScenarios } from './scenarios-chat';
import { logOnScenarios } from './scenarios-log-on';

export const scenarios: readonly Scenario[] = [...logOnScenarios, ...chatScenarios];
