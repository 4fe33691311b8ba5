import { ApitrailError, parseDuration, type QueryRequest, type QueryResponse } from '@apitrail/contract';

import { KeyVerifier } from '../access/key-verifier';
import { AnnotationReader } from '../annotations/annotation-reader';
import { CohortStore } from '../cohorts/cohort-store';
import type { MemberSource } from '../cohorts/members';
import { CohortPusher } from '../cohorts/webhook/push';
import { VERSION } from '../config/version';
import { openDuckDb } from '../engine/duckdb';
import { HotFeed } from '../lake/hot/hot-feed';
import { LeftOutReader } from '../ingest/noise/left-out-reader';
import { CohortCache } from '../queries/cohorts/cohort-cache';
import { runQueries } from '../queries/run';
import { buildProfiles } from '../profiles/build-profiles';
import { ProfileTable } from '../profiles/profile-table';
import { ActiveRequests } from './active-requests';
import { Admission } from './admission';
import { AttributeNames } from './attribute-names';
import type { Service, ServiceContext } from './child-process';
import { cohortEndpoints } from './cohort-endpoints';
import { openDatasets } from './datasets';
import { exportEndpoints } from './export-endpoint';
import { lakeProblem, ownProblems, readHealth } from './health';
import type { Ask } from './endpoint';
import { listen } from './listen';
import { createListener } from './listener';
import { liveEndpoint } from './live/live-endpoint';
import { registerLiveMetrics } from './live/live-metrics';
import { LiveStreams } from './live/live-streams';
import { Metrics } from './metrics';
import { watchProgram } from './program-file';
import { mergedMetrics } from './process-metrics';
import { profileEndpoint } from './profile-endpoint';
import { PseudonymSource } from './pseudonyms';
import { queryEndpoint } from './query-endpoint';
import { readyEndpoint } from './ready';
import { resourceEndpoints } from './resources';
import { openSpillDirectory } from './spill-directory';
import { sqlSchemaEndpoint } from './sql-schema';
import { logSandbox, openSandbox, requireSqlScope, userSqlFor } from './user-sql';

/** How long requests under way may go on once everything ends. */
const DRAIN_MS = 2_000;
/** How long pushing a cohort may take that somebody waits for. */
const PUSH_MS = 600_000;

/** Starts the query listener over the lake and the datasets of the configuration. */
export async function startQueryService({
  settings,
  listen: address,
  restarts,
  processes,
  log,
}: ServiceContext): Promise<Service> {
  const { limits } = settings;
  const spill = await openSpillDirectory(settings.lake, (error, path) =>
    log.warn({ err: error, path }, 'the state folder of the lake cannot be written; queries spill elsewhere')
  );
  const engine = await openDuckDb({
    threads: limits.threads,
    memoryLimit: `${limits.memoryBytes}B`,
    tempDirectory: spill.path,
  });
  const datasets = openDatasets(settings, engine, () => processes.isInterrupted('ingest'));
  const admission = new Admission({ concurrency: limits.concurrentQueries, queueLength: limits.queuedQueries });
  const sandbox = openSandbox(settings, spill.path, logSandbox(log));
  const sqlAdmission = new Admission({
    concurrency: settings.sql.slots,
    queueLength: limits.queuedQueries,
    setting: 'sql.slots',
  });
  const active = new ActiveRequests();
  const metrics = new Metrics(admission, sqlAdmission, { version: VERSION, restarts });
  const pseudonyms = new PseudonymSource(settings.privacy);
  const annotations = new AnnotationReader(settings.lake, engine);
  const leftOut = new LeftOutReader(settings.lake, engine);
  const cohorts = new CohortStore(settings.lake, settings.cohorts.saved);
  const cohortCache = new CohortCache();
  const members: MemberSource = {
    ...{ engine, datasets, cohorts, cache: cohortCache },
    pseudonyms: () => pseudonyms.current(),
  };
  let stopping = false;
  const profiles = new ProfileTable({
    build: () =>
      buildProfiles({
        ...{ engine, datasets, members, config: settings.profiles, now: Date.now() },
        admit: (work) => {
          if (stopping) {
            throw new ApitrailError('APITRAIL_STOPPING', 'The companion is stopping.');
          }
          const { signal: nobodyLeaves } = new AbortController();
          return active.run(nobodyLeaves, limits.queryTimeoutMs, (signal) =>
            admission.run('profiles', signal, () => work(signal))
          );
        },
        onCohortFault: (error, cohort) =>
          stopping || log.warn({ err: error, cohort }, 'profiles go without a cohort that could not be worked out'),
      }),
    refreshMs: parseDuration(settings.profiles.refresh),
    onFault: (error) => log.error({ err: error }, 'profiles could not be made; those that are there stay'),
  });
  const program = watchProgram(process.argv[1]);
  const onLiveFault = (error: unknown) => log.error({ err: error }, 'live stream failed');
  const live = new LiveStreams({
    feed: new HotFeed(settings.lake, onLiveFault),
    most: limits.liveStreams,
    onFault: onLiveFault,
  });
  registerLiveMetrics(metrics.registry, live);

  const health = () => readHealth({ engine, datasets, program }, processes);
  const answer = (request: QueryRequest, { caller, signal: gone, id }: Ask): Promise<QueryResponse> =>
    active.run(gone, limits.queryTimeoutMs, async (signal) =>
      runQueries(request, {
        datasets,
        engine,
        signal,
        pseudonyms: await pseudonyms.current(),
        admit: (query, type) => {
          const ended = metrics.startQuery(type);
          return (type === 'sql' ? sqlAdmission : admission).run(caller.name, signal, query).finally(ended);
        },
        userSql: userSqlFor({
          ...{ sandbox, caller, keys: !settings.no_auth, logText: settings.sql.log_text },
          log: log.child({ reqId: id }),
        }),
        postedAnnotations: () => annotations.present(),
        leftOut: (range, filters) => leftOut.totals(range, filters),
        ...{ cohorts, cohortCache },
        leftOutTable: () => leftOut.sqlTable(),
        forAlerting: caller.identity?.kind === 'alert',
        onFault: (error) => log.error({ err: error }, 'query failed'),
      })
    );

  const app = createListener({
    gate: {
      scope: 'query',
      verifier: settings.no_auth ? undefined : new KeyVerifier(settings.keysFile),
      allowedHosts: settings.allowed_hosts,
      allowedOrigins: settings.allowed_origins,
    },
    endpoints: [
      queryEndpoint({ answer, admission, metrics, resultBytes: limits.resultBytes }),
      { method: 'GET', path: '/api/health', polled: true, answer: () => health() },
      ...exportEndpoints({ answer, engine, folder: spill.path }),
      ...cohortEndpoints({
        ...{ store: cohorts, source: members, folder: spill.path, keys: !settings.no_auth },
        admit: ({ caller, signal: gone }, work) =>
          active.run(gone, limits.queryTimeoutMs, (signal) => admission.run(caller.name, signal, () => work(signal))),
        push: (cohort, webhook, { caller, signal: gone }) =>
          active.run(gone, PUSH_MS, (signal) =>
            new CohortPusher({
              ...{ lake: settings.lake, webhooks: settings.cohorts.webhooks, store: cohorts, source: members },
              admit: (work) => admission.run(caller.name, signal, work),
            }).push(cohort, webhook, signal)
          ),
      }),
      profileEndpoint(profiles, () => pseudonyms.current()),
      ...resourceEndpoints({ datasets, attributes: new AttributeNames(engine), answer }),
      sqlSchemaEndpoint({
        ...{ datasets, engine, sandbox },
        authorise: ({ caller }) => settings.no_auth || requireSqlScope(caller),
      }),
      liveEndpoint({ streams: live, engine, pseudonyms: () => pseudonyms.current() }),
      readyEndpoint(async () => (await lakeProblem(datasets)) ?? undefined),
      {
        ...{ method: 'GET', path: '/metrics', polled: true, type: metrics.contentType },
        answer: () => mergedMetrics(metrics.registry, 'query', processes),
      },
    ],
    log,
    bodyLimit: limits.requestBytes,
    onAnswer: (answered) => metrics.onAnswer(answered),
  });

  return {
    listen: await listen(app, address!, 'query_listen'),
    report: async () => ({
      // What is asked for here is asked for in this process, and nobody else wants its metrics.
      metrics: [],
      problems: await ownProblems({ engine, datasets, program }),
      ready: true,
    }),
    stop: async (why) => {
      stopping = true;
      profiles.stop();
      live.endAll(new ApitrailError('APITRAIL_STOPPING', 'The companion is stopping. Open the stream again.'));
      const closed = app.close();
      const end = () =>
        active.abortAll(
          why === 'memory'
            ? new ApitrailError(
                'APITRAIL_OUT_OF_MEMORY',
                'The query process took more memory than limits.process_memory and is started again. Ask for a shorter range or fewer groups.'
              )
            : new ApitrailError('APITRAIL_QUERY_CANCELLED', 'The companion is stopping.')
        );
      const drain = setTimeout(end, why === 'memory' ? 0 : DRAIN_MS);
      await closed;
      clearTimeout(drain);
      await sandbox.close();
      await engine.close();
      await spill.close();
    },
  };
}
