/** What others have written, among words of ours. */

/** Whether anything of a name can be seen. */
export const isVisible = (name: string): boolean => /[^\s\p{Cf}\p{Cc}]/u.test(name)
