/** The few parts of XState's StateNode that a picture reads; so drawing does not import xstate. */
export interface AnyAction {
  readonly type: string;
  readonly [more: string]: unknown;
}
export interface AnyStateNode {
  readonly key: string;
  readonly id: string;
  readonly path: readonly string[];
  readonly type: string;
  readonly history?: false | 'shallow' | 'deep';
  readonly initial?: string | undefined;
  readonly parent?: AnyStateNode | undefined;
  readonly states: Readonly<Record<string, AnyStateNode>>;
  readonly transitions: readonly {
    readonly eventType: string;
    readonly cond?:
      { readonly name?: string; readonly type: string; readonly [parameter: string]: unknown } | undefined;
    readonly in?: unknown;
    readonly target: readonly AnyStateNode[] | undefined;
    readonly internal?: boolean;
    readonly actions: readonly AnyAction[];
  }[];
  readonly onEntry: readonly AnyAction[];
  readonly onExit: readonly AnyAction[];
  readonly invoke: readonly { readonly id: string; readonly src: unknown }[];
  readonly activities: readonly AnyAction[];
  readonly config: { readonly target?: unknown; readonly [more: string]: unknown };
}
