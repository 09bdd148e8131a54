/** How the built client is taken apart: its modules, methods and machine cells. Must never be here: a fault. */
import { createRequire } from 'node:module';
import { fileURLToPath, URL } from 'node:url';

const require = createRequire(import.meta.url);

export const pathOf = (module) => fileURLToPath(new URL(`../../../dist/${module}.js`, import.meta.url));
/** A module of the client. */
export const part = (module) => require(pathOf(module));

/** Puts another function in place of one of an object; it is given the old one, bound, before the arguments. */
export function instead(object, name, other) {
  const before = object[name];
  object[name] = function (...given) {
    return other.call(this, before.bind(this), ...given);
  };
}
/** The same for a method of a class. @param path such as `transport/channel#Channel.close` */
export function method(path, other) {
  const [module, rest] = path.split('#');
  const [name, called] = rest.split('.');
  instead(part(module)[name].prototype, called, other);
}
/** The same for an exported function. @param path such as `transport/security/hashes#a3` */
export function exported(path, other) {
  const [module, name] = path.split('#');
  instead(part(module), name, other);
}
/** Options that follow those of the command line. */
export const options = (...more) => void process.argv.push(...more);

const MACHINES = { connection: 'clientConnection', chat: 'clientChat', history: 'clientHistory' };
const chartOf = (machine) => part(`machines/client/${machine}`)[MACHINES[machine]].chart;

/** An alternative of a cell of a state machine, to be changed. */
export function cell(machine, state, event, alternative = 0) {
  const chart = chartOf(machine);
  return chart.getStateNodeById(`${chart.id}.${state}`).on[event][alternative];
}
/** A cell does what another one does. */
export function as(one, other) {
  const { target, actions, internal } = other;
  Object.assign(one, { target, actions, internal, cond: undefined });
}
/** A cell does this no more. */
export function without(one, ...names) {
  one.actions = one.actions.filter(({ type }) => !names.includes(type));
}
/** A cell counts only if this holds; otherwise the event does nothing. */
export function only(machine, one, name, holds) {
  one.cond = { name, predicate: holds };
  guard(machine, name, holds);
}
/** A guard is this. */
export function guard(machine, name, holds) {
  chartOf(machine).options.guards[name] = holds;
}
/** What an action does is this; it is given the old one, the context and the event. */
export function action(machine, name, does) {
  const asked = chartOf(machine).options.actions[name];
  const before = asked.action;
  asked.action = (context, event) => does(before, context, event);
}
