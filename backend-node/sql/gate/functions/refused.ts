const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Why functions are refused: the reason as the end of a sentence, and the functions. */
export interface RefusedFunctions {
  /** After the function's name: `read_csv` **reads files**. */
  reason: string;
  /** What to do instead. */
  instead?: string;
  /** Whether the message says which tables there are. */
  showsTables?: true;
  names: readonly string[];
  /** Names that begin so. */
  prefixes?: readonly string[];
}

/**
 * Functions that user-written SQL may not call, and why. What is on no list is refused too, as unknown: this one is there
 * for the messages, and so that somebody has thought of every function DuckDB has.
 */
export const REFUSED_FUNCTIONS: readonly RefusedFunctions[] = [
  {
    reason: 'reads files',
    showsTables: true,
    names: words(`
      arrow_scan arrow_scan_dumb glob read_blob read_csv read_csv_auto read_duckdb read_json read_json_auto
      read_json_objects read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects read_parquet read_text
      read_xlsx seq_scan sniff_csv copy_dir`),
    prefixes: ['read_', 'parquet_', 'delta_', 'iceberg_', 'postgres_', 'sqlite_', 'mysql_', 'st_read', 'arrow_scan'],
  },
  {
    reason: 'runs SQL that is held in a text',
    instead: 'write the SQL itself, as a subquery',
    names: words('query query_table json_execute_serialized_sql sql_auto_complete'),
  },
  {
    reason: 'turns SQL into something else',
    names: words('json_serialize_sql json_serialize_plan json_deserialize_sql check_peg_parser'),
  },
  {
    reason: 'changes the engine, for everybody who uses it',
    names: words(`
      add_parquet_key checkpoint create_secret disable_logging disable_peg_parser disable_profiling enable_logging
      enable_peg_parser enable_profiling force_checkpoint nextval setseed truncate_duckdb_logs write_log`),
  },
  {
    reason: 'tells of the engine and its settings, not of requests',
    names: words(`
      current_catalog current_connection_id current_database current_query current_query_id current_role current_schema
      current_schemas current_setting current_transaction_id current_user currval duckdb_logs_parsed
      duckdb_profiling_settings format_pg_type format_type get_block_size getenv getvariable in_search_path
      map_to_pg_oid parse_duckdb_log_message session_user stats summary txid_current user version which_secret
      col_description obj_description shobj_description`),
    prefixes: ['duckdb_', 'pragma_', 'pg_', 'has_', 'inet_', 'current_quer', 'current_schema'],
  },
  {
    reason: 'waits',
    names: words('sleep_ms pg_sleep'),
  },
  {
    reason: 'only raises an error',
    names: words('error'),
  },
  {
    reason: 'costs as much as one text is long times the other',
    instead: 'compare with = or with a pattern',
    names: words('damerau_levenshtein editdist3 jaro_similarity jaro_winkler_similarity levenshtein'),
  },
  {
    reason: 'makes ids that are new every time',
    instead: 'use row_number() OVER () for a number, or random() for a sample',
    names: words('gen_random_uuid uuid uuidv4 uuidv7'),
  },
  {
    reason: 'makes rows for tests of DuckDB',
    instead: 'use range(n)',
    names: words('repeat_row test_all_types test_vector_types'),
  },
  {
    reason: 'lists what DuckDB itself knows',
    names: words('icu_calendar_names pg_timezone_names'),
  },
  {
    reason: 'takes the name of a table as a text',
    instead: 'use the aggregate histogram(column)',
    names: words('histogram_values'),
  },
  {
    reason: 'is the old way to write a collation',
    instead: 'use COLLATE',
    names: words('icu_sort_key'),
    prefixes: ['icu_collate_'],
  },
  {
    reason: 'works on states of aggregates that are stored, of which there are none',
    names: words('combine finalize'),
  },
  {
    reason: 'works on types, not on values',
    instead: 'use CAST and typeof',
    names: words(`
      can_cast_implicitly cast_to_type enum_code enum_first enum_last enum_range enum_range_boundary get_type make_type
      replace_type vector_type`),
  },
  {
    reason: 'is for variants and shapes on a map, which requests have none of',
    names: words(
      'variant_bytes_to_variant variant_extract variant_normalize variant_to_parquet_variant variant_typeof'
    ),
    prefixes: ['variant_', 'st_'],
  },
  {
    reason: 'is meant for DuckDB itself',
    names: words('create_sort_key remap_struct timetz_byte_comparable generate_subscripts'),
    prefixes: ['__internal_'],
  },
];

/** Why a function is refused; undefined when there is none of the name that anybody knows. */
export function refusalOf(name: string): RefusedFunctions | undefined {
  return (
    REFUSED_FUNCTIONS.find(({ names }) => names.includes(name)) ??
    REFUSED_FUNCTIONS.find(({ prefixes }) => prefixes?.some((prefix) => name.startsWith(prefix)))
  );
}
