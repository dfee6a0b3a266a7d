/** Who looks at a page, as its cookie says. */
export interface PageSession {
  /** How the person is called in the shell: the e-mail. */
  readonly name: string
  readonly role: string
  /** Goes back with every form of the page. Null for a role that everybody has without logging in. */
  readonly csrf: string | null
}

/** Finds the session of a request by its cookie; null for none (any more). */
export type FindSession = (request: Request) => Promise<PageSession | null> | PageSession | null
