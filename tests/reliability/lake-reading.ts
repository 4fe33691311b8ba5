import { openDuckDb, type DuckDb } from '../../backend-node/engine/duckdb';
import { sql } from '../../backend-node/engine/sql';
import { Lake } from '../../backend-node/lake/lake';
import { LakeDataset } from '../../backend-node/lake/lake-dataset';
import type { Found } from './judge';

/** Reads a lake’s files as the query process does, in this process. */
export class LakeReading {
  private constructor(private readonly engine: DuckDb) {}

  static async open(): Promise<LakeReading> {
    return new LakeReading(await openDuckDb({ threads: 2 }));
  }

  async requests(directory: string): Promise<Found[]> {
    const lake = await Lake.open(directory, { engine: this.engine });
    const { sql: relation } = (await new LakeDataset(lake).snapshot()).relation({});
    const { values } = await this.engine.run(
      sql`SELECT service, split_part(request_id, '/', 2)::INTEGER, count(*), count(DISTINCT request_id) FROM ${relation} GROUP BY ALL`
    );
    const [clients = [], requests = [], rows = [], different = []] = values;
    return clients.map((client, index) => ({
      client: String(client),
      request: Number(requests[index]),
      rows: Number(rows[index]),
      different: Number(different[index]),
    }));
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}
