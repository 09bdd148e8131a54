/** Counting what peers did wrong: a flood must not become a flood of log lines (protocol 1.8). */
import { FaultCounter } from '../../transport/faults';
import { RecordingLog } from '../support/recording-log';
import { VirtualTime } from '../support/virtual-clock';

function counter(): { time: VirtualTime; log: RecordingLog; faults: FaultCounter } {
  const time = new VirtualTime();
  const log = new RecordingLog();
  return { time, log, faults: new FaultCounter(time.loop('test'), log) };
}

test('every fault counts; of each name one warning a second', () => {
  const { time, log, faults } = counter();
  for (let n = 0; n < 1_000; n++) {
    faults.count('WrongMagic', { source: '192.0.2.1:1' });
    if (n % 2 === 0) faults.count('UnknownTag');
    time.advance(5);
  }
  expect([faults.of('WrongMagic'), faults.of('UnknownTag'), faults.of('SessionZero')]).toEqual([1_000, 500, 0]);
  const warnings = log.of('refused input');
  expect(warnings.filter(({ fields }) => fields.fault === 'WrongMagic').map(({ fields }) => fields.count)).toEqual([
    1, 201, 401, 601, 801,
  ]);
  expect(warnings.filter(({ fields }) => fields.fault === 'UnknownTag')).toHaveLength(5);
  expect(warnings[0]).toEqual({
    level: 'warn',
    message: 'refused input',
    fields: { source: '192.0.2.1:1', fault: 'WrongMagic', count: 1 },
  });
});

test('what machines ignore is counted by its event, and nobody is warned', () => {
  const { log, faults } = counter();
  for (let n = 0; n < 3; n++) faults.ignore('M.CHAT');
  faults.ignore('T.RETRY');
  expect([faults.ignoredOf('M.CHAT'), faults.ignoredOf('T.RETRY'), faults.ignoredOf('M.END_REQUEST')]).toEqual([
    3, 1, 0,
  ]);
  expect(log.lines).toEqual([]);
});
