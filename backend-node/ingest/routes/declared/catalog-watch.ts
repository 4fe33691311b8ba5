import type { DocumentCatalog } from './catalog';
import type { DeclaredDocument } from './declared-route';

/** The catalog is not looked at more often than this, ms. */
const LOOK_MS = 1_000;
/** The same after a catalog was found that cannot be read. */
const DAMAGED_MS = 30_000;

/** Notices that documents were imported or removed since they were read. */
export class CatalogWatch {
  private revision = 0;
  private nextAt = -Infinity;

  constructor(private readonly catalog: DocumentCatalog) {}

  /** The documents that count now. */
  async read(): Promise<DeclaredDocument[]> {
    this.nextAt = performance.now() + LOOK_MS;
    return this.readAs(await this.catalog.revision());
  }

  /**
   * The documents that count, when they are others than the last time; undefined when not, or when it is too early to look.
   * Throws when they cannot be read; then they are looked for again after a while.
   */
  async changed(): Promise<DeclaredDocument[] | undefined> {
    const now = performance.now();
    if (now < this.nextAt) {
      return undefined;
    }
    this.nextAt = now + LOOK_MS;
    const revision = await this.catalog.revision();
    if (revision === this.revision) {
      return undefined;
    }
    try {
      return await this.readAs(revision);
    } catch (error) {
      this.revision = -1;
      this.nextAt = now + DAMAGED_MS;
      throw error;
    }
  }

  /** What is added while it is read makes for another revision, and is read once more. */
  private async readAs(revision: number): Promise<DeclaredDocument[]> {
    const documents = await this.catalog.current();
    this.revision = revision;
    return documents;
  }
}
