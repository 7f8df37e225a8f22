// Opens a data folder and holds it until it is killed.
import { openDatabases } from '../../src/core/database/databases.ts';

const { ledger } = openDatabases(process.argv[2] ?? '');
ledger.exec("INSERT OR IGNORE INTO device (one, id) VALUES (1, 'held')");
process.stdout.write('open\n');
setInterval(() => {}, 1_000_000);
