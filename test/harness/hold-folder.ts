// Opens a data folder and holds it until it is killed.
import { openDatabases } from '../../src/core/database/databases.ts';

const databases = openDatabases(process.argv[2] ?? '');
databases.ledger.exec("INSERT OR IGNORE INTO device (one, id) VALUES (1, 'held')");
process.stdout.write('open\n');
// What nobody refers to any more is collected, and its lock goes with it.
setInterval(() => databases, 1_000_000);
