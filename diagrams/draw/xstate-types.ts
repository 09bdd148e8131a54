/** The few parts of XState's StateNode that a picture reads; so drawing does not import xstate. */
export interface AnyStateNode {
  readonly key: string;
  readonly path: readonly string[];
  readonly type: string;
  readonly initial?: string | undefined;
  readonly parent?: AnyStateNode | undefined;
  readonly states: Readonly<Record<string, AnyStateNode>>;
  readonly transitions: readonly {
    readonly eventType: string;
    readonly cond?: { readonly name: string } | undefined;
    readonly target: readonly AnyStateNode[] | undefined;
    readonly actions: readonly { readonly type: string }[];
  }[];
}
