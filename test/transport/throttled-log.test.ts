/** What anybody can cause in the log is bounded, however many addresses it comes from, and what is left out is counted. */
import { LINES_PER_MINUTE, throttledLog } from '../../transport/throttled-log';
import { RecordingLog } from '../support/recording-log';
import { VirtualTime } from '../support/virtual-clock';

test('so many lines a minute in total, and the number left out before the next', () => {
  const time = new VirtualTime();
  const written = new RecordingLog();
  const log = throttledLog(written, time.loop('test'));
  for (let minute = 0; minute < 3; minute++) {
    for (let n = 0; n < 600; n++) {
      log[n % 2 === 0 ? 'info' : 'warn']('wrong RESPONSE', {
        client: 'a',
        source: `192.0.2.${String(n % 250)}:1`,
        count: n,
      });
      time.advance(100);
    }
  }
  log.error('the disk is full');
  expect(written.of('wrong RESPONSE')).toHaveLength(3 * LINES_PER_MINUTE);
  expect(written.of('lines like the following were left out').map(({ fields }) => fields.count)).toEqual([540, 540]);
  expect(written.of('the disk is full')).toHaveLength(1);
});

test('a quiet log has every line', () => {
  const time = new VirtualTime();
  const written = new RecordingLog();
  const log = throttledLog(written, time.loop('test'));
  for (let n = 0; n < 500; n++) {
    log.info('wrong RESPONSE', { count: n });
    time.advance(1_001);
  }
  expect(written.of('wrong RESPONSE')).toHaveLength(500);
});

test('as few a minute as are asked for', () => {
  const time = new VirtualTime();
  const written = new RecordingLog();
  const log = throttledLog(written, time.loop('test'), 1);
  for (let n = 0; n < 121; n++) {
    log.warn('turned away');
    time.advance(1_000);
  }
  expect(written.of('turned away')).toHaveLength(3);
  expect(written.of('lines like the following were left out').map(({ fields }) => fields.count)).toEqual([59, 59]);
});
