/** A start or a command that cannot be: the message is the sentence for the terminal. */
export class ConfigError extends Error {}
