const { TEACHIFY_SQLITE_BINDING: _binding, ...rest } = process.env;

/**
 * This process's environment for what runs inside it on a database that is open here already: the binding it names is meant for
 * another program, would be a second SQLite in this process, and two of them undo each other's locks (sqlite.org/howtocorrupt, 2.2.1).
 */
export const ownSqlite: Readonly<NodeJS.ProcessEnv> = rest;
