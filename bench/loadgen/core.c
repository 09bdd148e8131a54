/* core.c - event loop, transports (UDP, TCP, TLS), workloads, report. */
#define _GNU_SOURCE
#include "lg.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

extern const adapter *const adapters[];
struct opt opt = {.host = "127.0.0.1", .password = "secret", .pairs = 1,
                  .size = 64, .window = 32, .conc = 50, .secs = 5, .warm = 1,
                  .spread = 1, .users = 5000, .texts = 100000, .rate = 5000};
static const adapter *A;
static SSL_CTX *ctx;
static int ep;
static conn *conns;
static int nconns;
static conn **dirty;
static int ndirty;
static volatile sig_atomic_t stop;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}
static void die(const char *what) {
  fprintf(stderr, "lg: %s: %s\n", what, errno ? strerror(errno) : "failed");
  exit(1);
}

/* ---- counters of the run -------------------------------------------- */
static uint64_t n_recv, n_bad, n_logon, n_cycle, n_fail, n_lateclose;
static uint32_t *samples;
static size_t nsamples, capsamples;
static int measuring;
static void sample(uint64_t ns) {
  if (!measuring) return;
  if (nsamples == capsamples) {
    capsamples = capsamples ? capsamples * 2 : 1 << 16;
    samples = realloc(samples, capsamples * sizeof *samples);
  }
  samples[nsamples++] = ns > 4000000000u ? 4000000000u : ns;
}

/* ---- what the running workload does --------------------------------- */
static void (*wl_ready)(conn *);
static void (*wl_msg)(conn *, const char *, size_t);
static void (*wl_closed)(conn *);
static void (*wl_listed)(conn *, const char *, size_t, const char *, size_t);
static void (*wl_listend)(conn *, int, uint32_t);

/* ---- buffers -------------------------------------------------------- */
static void need(buf *b, size_t n) {
  if (b->off == b->len) b->off = b->len = 0;
  if (b->len + n <= b->cap) return;
  if (b->off) {
    memmove(b->p, b->p + b->off, b->len - b->off);
    b->len -= b->off;
    b->off = 0;
  }
  if (b->len + n > b->cap) {
    b->cap = (b->len + n) * 2 < 2048 ? 2048 : (b->len + n) * 2;
    if (!(b->p = realloc(b->p, b->cap))) die("realloc");
  }
}
void conn_mark(conn *c) {
  if (!c->dirty) c->dirty = 1, dirty[ndirty++] = c;
}
static void flush(conn *c);
uint8_t *conn_room(conn *c, size_t n) {
  need(&c->out, n);
  uint8_t *r = c->out.p + c->out.len;
  c->out.len += n;
  conn_mark(c);
  return r;
}
void conn_put(conn *c, const void *d, size_t n) { memcpy(conn_room(c, n), d, n); }
void conn_printf(conn *c, const char *f, ...) {
  va_list v;
  need(&c->out, 1024);
  va_start(v, f);
  int n = vsnprintf((char *)c->out.p + c->out.len, 1024, f, v);
  va_end(v);
  if (n < 0 || n >= 1024) die("conn_printf");
  c->out.len += n;
  conn_mark(c);
}

/* ---- transport ------------------------------------------------------ */
static void ev(conn *c, int fd, int udp, unsigned events, int op) {
  struct epoll_event e = {.events = events, .data.u64 = (uint64_t)c->id << 1 | udp};
  if (epoll_ctl(ep, op, fd, &e)) die("epoll_ctl");
}
static void addr(struct sockaddr_in *s, const char *h, int port) {
  memset(s, 0, sizeof *s);
  s->sin_family = AF_INET;
  s->sin_port = htons(port);
  if (inet_pton(AF_INET, h, &s->sin_addr) != 1) die("--host");
}
static int sock(conn *c, int type) {
  int one = 1, fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  if (opt.spread) { /* spread the source address: TIME_WAIT must not run us dry */
    struct sockaddr_in s;
    addr(&s, "127.0.0.1", 0);
    s.sin_addr.s_addr = htonl(0x7f000001 + c->id % 64);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(fd, (void *)&s, sizeof s)) die("bind");
  }
  if (type == SOCK_STREAM) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}
static void hangup(conn *c) { /* release everything; tells nobody */
  if (A->done && c->priv) A->done(c);
  if (c->ssl) SSL_free(c->ssl), c->ssl = 0;
  if (c->fd >= 0) close(c->fd), c->fd = -1;
  if (c->udp >= 0) close(c->udp), c->udp = -1;
  c->in.off = c->in.len = c->out.off = c->out.len = 0;
  c->want_out = 0;
  c->state = C_IDLE;
}
static void closed(conn *c) {
  hangup(c);
  if (wl_closed) wl_closed(c);
}
void conn_fail(conn *c, const char *why) {
  if (c->state == C_IDLE) return;
  if (n_fail++ < 5 || opt.verbose)
    fprintf(stderr, "lg: %s (state %d): %s\n", c->user, c->state, why);
  closed(c);
}
void conn_udp_open(conn *c, int port) {
  struct sockaddr_in s;
  addr(&s, opt.host, port);
  c->udp = sock(c, SOCK_DGRAM);
  if (connect(c->udp, (void *)&s, sizeof s)) die("connect udp");
  ev(c, c->udp, 1, EPOLLIN, EPOLL_CTL_ADD);
}
void conn_udp_send(conn *c, const void *d, size_t n) {
  if (send(c->udp, d, n, MSG_NOSIGNAL) < 0 && opt.verbose) perror("lg: udp send");
}
void conn_connect(conn *c, int port) {
  struct sockaddr_in s;
  addr(&s, opt.host, port ? port : opt.port);
  c->fd = sock(c, SOCK_STREAM);
  c->state = C_TCP;
  if (connect(c->fd, (void *)&s, sizeof s) && errno != EINPROGRESS) {
    conn_fail(c, strerror(errno));
    return;
  }
  c->want_out = 1;
  ev(c, c->fd, 0, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
}
static void logon(conn *c, int id) {
  c->id = c - conns; /* slot; the user may differ (W3) */
  snprintf(c->user, sizeof c->user, "u%d", id);
  snprintf(c->peer, sizeof c->peer, "u%d", id ^ 1);
  c->fd = c->udp = -1;
  c->tx = c->rx = 0;
  if (A->priv) {
    if (!c->priv) c->priv = malloc(A->priv);
    memset(c->priv, 0, A->priv);
  }
  c->t0 = now();
  c->state = C_OPENING;
  if (A->open) A->open(c);
  else conn_connect(c, 0);
}
static void logoff(conn *c) {
  c->state = C_LOGOFF;
  c->t0 = now();
  if (A->logoff) {
    A->logoff(c), flush(c);
    if (A->fin && c->state == C_LOGOFF && c->out.off == c->out.len) shutdown(c->fd, SHUT_WR);
  } else {
    if (c->ssl) SSL_shutdown(c->ssl);
    shutdown(c->fd, SHUT_WR);
  }
}
void conn_ready(conn *c) {
  if (c->state != C_LOGON) return;
  c->state = C_READY;
  n_logon++;
  if (c->udp >= 0) close(c->udp), c->udp = -1;
  wl_ready(c);
}
void conn_msg(conn *c, const char *t, size_t n) { wl_msg(c, t, n); }
void conn_listed(conn *c, const char *u, size_t l, const char *t, size_t n) {
  if (wl_listed) wl_listed(c, u, l, t, n);
}
void conn_listend(conn *c, int status, uint32_t count) {
  if (wl_listend) wl_listend(c, status, count);
}

static void interest(conn *c, int out) {
  if (c->want_out == out) return;
  c->want_out = out;
  ev(c, c->fd, 0, EPOLLIN | (out ? EPOLLOUT : 0), EPOLL_CTL_MOD);
}
static void flush(conn *c) {
  if (c->state < C_LOGON) return;
  if (A->seal) A->seal(c);
  buf *o = &c->out;
  while (o->off < o->len) {
    ssize_t n;
    if (c->ssl) {
      n = SSL_write(c->ssl, o->p + o->off, o->len - o->off);
      if (n <= 0) {
        int e = SSL_get_error(c->ssl, n);
        if (e == SSL_ERROR_WANT_WRITE || e == SSL_ERROR_WANT_READ) break;
        ERR_clear_error();
        conn_fail(c, "SSL_write");
        return;
      }
    } else if ((n = send(c->fd, o->p + o->off, o->len - o->off, MSG_NOSIGNAL)) < 0) {
      if (errno == EAGAIN) break;
      conn_fail(c, strerror(errno));
      return;
    }
    o->off += n;
  }
  interest(c, o->off < o->len);
}
static void up(conn *c) {
  c->state = C_LOGON;
  A->on_up(c);
}
static void handshake(conn *c) {
  int r = SSL_do_handshake(c->ssl);
  if (r == 1) {
    up(c);
    return;
  }
  int e = SSL_get_error(c->ssl, r);
  if (e == SSL_ERROR_WANT_READ) interest(c, 0);
  else if (e == SSL_ERROR_WANT_WRITE) interest(c, 1);
  else {
    ERR_clear_error();
    conn_fail(c, "TLS handshake");
  }
}
static int consume(conn *c) { /* 0: the connection went away meanwhile */
  buf *b = &c->in;
  while (b->off < b->len) {
    size_t n = A->on_bytes(c, b->p + b->off, b->len - b->off);
    if (c->state == C_IDLE || c->state < C_LOGON) return 0;
    b->off += n;
    if (!n) break;
  }
  return 1;
}
static void eof(conn *c) {
  if (c->state == C_LOGOFF) closed(c);
  else conn_fail(c, "closed by server");
}
static void readable(conn *c) {
  for (;;) {
    need(&c->in, 16384);
    size_t room = c->in.cap - c->in.len;
    ssize_t n;
    if (c->ssl) {
      n = SSL_read(c->ssl, c->in.p + c->in.len, room);
      if (n <= 0) {
        int e = SSL_get_error(c->ssl, n);
        if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE) return;
        ERR_clear_error();
        eof(c);
        return;
      }
    } else {
      n = recv(c->fd, c->in.p + c->in.len, room, 0);
      if (n < 0 && errno == EAGAIN) return;
      if (n <= 0) {
        eof(c);
        return;
      }
    }
    c->in.len += n;
    if (!consume(c)) return;
    if (c->ssl ? !SSL_has_pending(c->ssl) : (size_t)n < room) return;
  }
}
static void tcp_event(conn *c, unsigned e) {
  if (c->state == C_TCP) {
    int err = 0;
    socklen_t l = sizeof err;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
    if (err) {
      conn_fail(c, strerror(err));
      return;
    }
    if (!(e & EPOLLOUT)) return;
    interest(c, 0);
    if (opt.tls) {
      c->state = C_TLS;
      c->ssl = SSL_new(ctx);
      SSL_set_fd(c->ssl, c->fd);
      SSL_set_connect_state(c->ssl);
      handshake(c);
    } else up(c);
    return;
  }
  if (c->state == C_TLS) {
    handshake(c);
    return;
  }
  if (e & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c);
  if (c->state >= C_LOGON && (e & EPOLLOUT)) flush(c);
}
static void udp_event(conn *c) {
  uint8_t d[2048];
  while (c->udp >= 0) {
    ssize_t n = recv(c->udp, d, sizeof d, 0);
    if (n < 0) return;
    A->on_datagram(c, d, n);
  }
}
static void step(int ms) {
  static uint64_t last, shown;
  struct epoll_event e[256];
  int n = epoll_wait(ep, e, 256, ms);
  for (int i = 0; i < n; i++) {
    conn *c = &conns[e[i].data.u64 >> 1];
    if (e[i].data.u64 & 1) {
      if (c->udp >= 0) udp_event(c);
    } else if (c->fd >= 0) tcp_event(c, e[i].events);
  }
  for (int i = 0; i < ndirty; i++) {
    dirty[i]->dirty = 0;
    flush(dirty[i]);
  }
  ndirty = 0;
  uint64_t t = now();
  if (t - last < 100000000) return;
  last = t;
  int show = A->alive && t - shown > 7000000000ull;
  if (show) shown = t;
  for (int i = 0; i < nconns; i++) {
    conn *c = &conns[i];
    if (show && c->state == C_READY) A->alive(c);
    if (A->tick && c->state > C_IDLE && c->state < C_READY) A->tick(c);
    if (c->state > C_IDLE && c->state < C_READY && t - c->t0 > 20000000000ull)
      conn_fail(c, "log-on timed out (20 s)");
    if (c->state == C_LOGOFF && t - c->t0 > 3000000000ull) n_lateclose++, closed(c);
  }
}

/* ---- the server's figures ------------------------------------------- */
typedef struct { double srv, self, cpu0, cpu1; uint64_t t; long rss; } snap;
static int tree(int pid, int *out, int n, int max) { /* pid and descendants */
  char p[64], line[16384];
  if (n < max) out[n++] = pid;
  snprintf(p, sizeof p, "/proc/%d/task", pid);
  DIR *d = opendir(p);
  for (struct dirent *de; d && (de = readdir(d));) {
    snprintf(p, sizeof p, "/proc/%d/task/%.20s/children", pid, de->d_name);
    FILE *f = fopen(p, "r");
    if (!f) continue;
    char *s = fgets(line, sizeof line, f), *e;
    fclose(f);
    for (long kid; s && (kid = strtol(s, &e, 10)) > 0 && n < max; s = e) n = tree(kid, out, n, max);
  }
  if (d) closedir(d);
  return n;
}
static snap take(void) {
  snap s = {.t = now()};
  double hz = sysconf(_SC_CLK_TCK);
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  s.self = r.ru_utime.tv_sec + r.ru_stime.tv_sec +
           (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
  int pids[256], n = opt.pid ? tree(opt.pid, pids, 0, 256) : 0;
  for (int i = 0; i < n; i++) {
    char p[64], l[2048];
    snprintf(p, sizeof p, "/proc/%d/stat", pids[i]);
    FILE *f = fopen(p, "r");
    if (!f) continue;
    if (fgets(l, sizeof l, f)) {
      unsigned long ut, st;
      long cu, cs, pages;
      char *q = strrchr(l, ')'); /* fields 14-17: u, s, and of reaped children; 24: rss */
      if (q && sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld"
                      " %*d %*d %*d %*d %*u %*u %ld", &ut, &st, &cu, &cs, &pages) == 5) {
        s.srv += (ut + st + cu + cs) / hz;
        s.rss += pages * (sysconf(_SC_PAGESIZE) / 1024);
      }
    }
    fclose(f);
  }
  FILE *f = fopen("/proc/stat", "r");
  char l[512];
  while (f && fgets(l, sizeof l, f)) {
    double v[8], busy;
    int cpu;
    if (sscanf(l, "cpu%d %lf %lf %lf %lf %lf %lf %lf %lf", &cpu, v, v + 1, v + 2, v + 3,
               v + 4, v + 5, v + 6, v + 7) != 9) continue;
    busy = (v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) / hz;
    if (cpu == 0) s.cpu0 = busy;
    if (cpu == 1) s.cpu1 = busy;
  }
  if (f) fclose(f);
  return s;
}
static int cmp(const void *a, const void *b) {
  uint32_t x = *(uint32_t *)a, y = *(uint32_t *)b;
  return x < y ? -1 : x > y;
}
static double pct(double p) {
  return nsamples ? samples[(size_t)(p * (nsamples - 1))] / 1000.0 : 0;
}
static void report(const char *wl, snap a, snap b, uint64_t units, const char *unit) {
  double dt = (b.t - a.t) / 1e9;
  qsort(samples, nsamples, sizeof *samples, cmp);
  printf("{\"workload\":\"%s\",\"adapter\":\"%s\",\"tls\":%d,\"pairs\":%d,\"window\":%d,"
         "\"conc\":%d,\"size\":%d,\"secs\":%.3f,\"unit\":\"%s\",\"units\":%llu,"
         "\"per_s\":%.1f,\"srv_us\":%.3f,\"cpu0_us\":%.3f,\"srv_share\":%.3f,\"lg_share\":%.3f,"
         "\"foreign_share\":%.3f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f,"
         "\"bad\":%llu,\"failed\":%llu,\"late_close\":%llu,\"rss_kib\":%ld}\n",
         wl, A->name, opt.tls, opt.pairs, opt.window, opt.conc, opt.size, dt, unit,
         (unsigned long long)units, units / dt,
         units ? (b.srv - a.srv) * 1e6 / units : 0,
         units ? (b.cpu0 - a.cpu0) * 1e6 / units : 0, (b.srv - a.srv) / dt,
         (b.self - a.self) / dt,
         (b.cpu0 + b.cpu1 - a.cpu0 - a.cpu1 - (b.srv - a.srv) - (b.self - a.self)) / dt,
         pct(.5), pct(.99), pct(1), (unsigned long long)n_bad, (unsigned long long)n_fail,
         (unsigned long long)n_lateclose, b.rss);
  fflush(stdout);
}

/* ---- messages ------------------------------------------------------- */
/* text = 16 hex digits of a time stamp, 8 of a sequence number, filler */
static void hex(char *p, uint64_t v, int n) {
  while (n--) p[n] = "0123456789abcdef"[v & 15], v >>= 4;
}
static uint64_t unhex(const char *p, int n) {
  uint64_t v = 0;
  while (n--) {
    v = v << 4 | (*p <= '9' ? *p - '0' : *p - 'a' + 10);
    p++;
  }
  return v;
}
static void say(conn *c, uint64_t stamp) {
  static char t[65536];
  if (!t[0]) memset(t, 'x', sizeof t);
  hex(t, stamp, 16);
  hex(t + 16, ++c->tx, 8);
  A->send(c, t, opt.size);
  if (opt.each) flush(c);
}
static int check(conn *c, const char *t, size_t n) { /* nothing lost, doubled, reordered */
  uint32_t seq = n == (size_t)opt.size ? unhex(t + 16, 8) : 0;
  n_recv++;
  if (seq == ++c->rx) return 1;
  if (n_bad++ < 3) fprintf(stderr, "lg: %s got seq %u, expected %u (len %zu)\n", c->user, seq, c->rx, n);
  c->rx = seq;
  return 0;
}

/* ---- workloads ------------------------------------------------------ */
static void nothing(conn *c) { (void)c; }
static void nomsg(conn *c, const char *t, size_t n) { (void)c, (void)t, (void)n; }

static void logon_all(int n) { /* at most opt.conc at a time */
  if (opt.chat && opt.conc < 2) opt.conc = 2; /* a chat needs two */
  uint64_t target = n_logon, t = now();
  int next = 0;
  while (next < n && conns[next].state == C_READY) next++;
  target += n - next;
  int base = next, inflight;
  uint64_t start = n_logon;
  while (n_logon < target && !stop) {
    inflight = (next - base) - (int)(n_logon - start);
    while (next < n && inflight < opt.conc) logon(&conns[next], next), next++, inflight++;
    step(50);
    if (n_fail) { errno = 0; die("log-on failed"); }
    if (now() - t > 240000000000ull) die("log-on phase too slow");
  }
}
static void run_for(double secs) {
  uint64_t end = now() + (uint64_t)(secs * 1e9);
  while (now() < end && !stop) step(20);
}
static void until(const uint64_t *units, uint64_t target) {
  uint64_t seen = *units, t = now();
  while (*units < target && !n_fail && !stop) {
    step(20);
    if (*units != seen) seen = *units, t = now();
    else if (now() - t > 10000000000ull) { errno = 0; die("nothing came for 10 s"); }
  }
}
/* The measured window: opt.secs, or with --count until so many units are done, however slowly. */
static void run_window(const uint64_t *units) {
  if (opt.count) until(units, opt.count);
  else run_for(opt.secs);
}
/* With --count: nobody answers any more, and every text that was sent must come. */
static int draining;
static void drain(void) {
  uint64_t missing = 1;
  if (!opt.count) return;
  draining = 1;
  for (uint64_t t = now(); missing && !n_fail && !stop && now() - t < 60000000000ull;) {
    step(20);
    missing = 0;
    for (int i = 0; i < nconns; i++) missing += conns[i].tx - conns[i ^ 1].rx;
  }
  if (missing) fprintf(stderr, "lg: %llu texts were lost\n", (unsigned long long)missing);
  n_bad += missing;
}
/* W1: window messages in flight each way; every one received triggers the next */
static void w1_msg(conn *c, const char *t, size_t n) {
  check(c, t, n);
  uint64_t x = now();
  if (measuring && (n_recv & 15) == 0) sample(x - unhex(t, 16)); /* one way, under load */
  if (!draining) say(c, x);
}
static void w1(void) {
  wl_ready = nothing, wl_msg = w1_msg;
  logon_all(nconns);
  for (int w = 0; w < opt.window; w++)
    for (int i = 0; i < nconns; i++) say(&conns[i], now());
  run_for(opt.warm);
  measuring = 1;
  n_recv = 0;
  snap a = take();
  run_window(&n_recv);
  uint64_t n = n_recv;
  snap b = take();
  measuring = 0;
  drain();
  report("w1", a, b, n, "msg");
}
/* W2: ping-pong; even users ping and time, odd users send back */
static void w2_msg(conn *c, const char *t, size_t n) {
  check(c, t, n);
  uint64_t s = unhex(t, 16);
  if (draining) return;
  if (c->id & 1) say(c, s);
  else {
    uint64_t x = now();
    sample(x - s);
    say(c, x);
  }
}
static void w2(void) {
  wl_ready = nothing, wl_msg = w2_msg;
  logon_all(nconns);
  for (int w = 0; w < opt.window; w++)
    for (int i = 0; i < nconns; i += 2) say(&conns[i], now());
  run_for(opt.warm);
  measuring = 1;
  n_recv = 0;
  snap a = take();
  run_window(&n_recv);
  uint64_t n = n_recv;
  snap b = take();
  measuring = 0;
  drain();
  report("w2", a, b, n, "msg");
}
/* W3: conc slots, each: full log-on, log-off, wait for the server's close */
static int nextuser;
static void w3_ready(conn *c) {
  sample(now() - c->t0);
  logoff(c);
}
static void w3_closed(conn *c) {
  n_cycle++;
  if (!stop && n_fail < 100) logon(c, nextuser++ % opt.users);
}
static void w3(void) {
  wl_ready = w3_ready, wl_msg = nomsg, wl_closed = w3_closed;
  for (int i = 0; i < nconns; i++) logon(&conns[i], nextuser++ % opt.users);
  run_for(opt.warm);
  measuring = 1;
  n_cycle = n_lateclose = 0;
  snap a = take();
  run_window(&n_cycle);
  uint64_t n = n_cycle;
  snap b = take();
  report("w3", a, b, n, "logon");
}
/* W4: resident memory after 0, 1000, 5000 (opt.users) idle log-ons */
static void w4(void) {
  wl_ready = nothing, wl_msg = nomsg;
  int at[3] = {0, opt.users / 5, opt.users};
  long rss[3];
  double idle = 0;
  for (int k = 0; k < 3; k++) {
    logon_all(at[k]);
    run_for(2);
    snap s = take();
    rss[k] = s.rss;
    if (k == 2) {
      run_for(opt.secs);
      snap e = take();
      idle = (e.srv - s.srv) / ((e.t - s.t) / 1e9);
    }
  }
  int live = 0;
  for (int i = 0; i < nconns; i++) live += conns[i].state == C_READY;
  printf("{\"workload\":\"w4\",\"adapter\":\"%s\",\"tls\":%d,\"n1\":%d,\"n2\":%d,\"live\":%d,"
         "\"rss0_kib\":%ld,\"rss1_kib\":%ld,\"rss2_kib\":%ld,\"kib_per_conn_1\":%.2f,"
         "\"kib_per_conn_2\":%.2f,\"idle_srv_share\":%.4f,\"failed\":%llu}\n",
         A->name, opt.tls, at[1], at[2], live, rss[0], rss[1], rss[2],
         (double)(rss[1] - rss[0]) / at[1], (double)(rss[2] - rss[0]) / at[2], idle,
         (unsigned long long)n_fail);
}

/* W5: the pair u0, u1 exchanges opt.texts texts, and then u0 asks for all of them, again and again. The other pairs play
 * ping-pong before, and meanwhile. */
static uint32_t w5_said, w5_got[2], w5_lists, w5_texts;
static int w5_ask, w5_listing;
static void w5_msg(conn *c, const char *t, size_t n) {
  if (c->id > 1) {
    w2_msg(c, t, n);
    return;
  }
  check(c, t, n);
  if (w5_said < (uint32_t)opt.texts) w5_said++, say(c, now());
}
static void w5_list(void) {
  w5_got[0] = w5_got[1] = 0;
  w5_listing = 1;
  A->list(&conns[0]);
}
static void w5_listed(conn *c, const char *user, size_t l, const char *t, size_t n) {
  int who = l == strlen(c->peer) && !memcmp(user, c->peer, l); /* 0: u0 itself */
  uint32_t seq = n == (size_t)opt.size ? unhex(t + 16, 8) : 0;
  if (seq != ++w5_got[who] && n_bad++ < 3) fprintf(stderr, "lg: text %u of the list has number %u\n", w5_got[who], seq);
  w5_texts++;
}
static void w5_listend(conn *c, int status, uint32_t count) {
  w5_listing = 0, w5_lists++;
  if ((status || count != (uint32_t)opt.texts || w5_got[0] + w5_got[1] != count) && n_bad++ < 3)
    fprintf(stderr, "lg: %s: the list ends with status %d, count %u, after %u texts of %d\n", c->user, status, count,
            w5_got[0] + w5_got[1], opt.texts);
  if (w5_ask && !stop) w5_list();
}
static void finish_list(void) {
  w5_ask = 0;
  for (uint64_t t = now(); w5_listing && !stop && conns[0].state == C_READY && now() - t < 120000000000ull;) step(20);
  if (w5_listing) n_bad++, fprintf(stderr, "lg: the list did not end\n");
}
/* lists one after the other for opt.secs, until the last has ended; texts per second */
static double w5_rate(snap *a, snap *b) {
  w5_texts = 0, w5_ask = 1;
  *a = take();
  w5_list();
  run_for(opt.secs);
  finish_list();
  *b = take();
  return w5_texts / ((b->t - a->t) / 1e9);
}
static double p99(void) {
  qsort(samples, nsamples, sizeof *samples, cmp);
  double v = pct(.99);
  nsamples = 0;
  return v;
}
static void w5(void) {
  wl_ready = nothing, wl_msg = w5_msg, wl_listed = w5_listed, wl_listend = w5_listend;
  if (!A->list) { errno = 0; die("this adapter cannot ask for a history"); }
  logon_all(nconns);
  for (int w = 0; w < opt.window; w++)
    for (int i = 0; i < 2 && w5_said < (uint32_t)opt.texts; i++) w5_said++, say(&conns[i], now());
  until(&n_recv, opt.texts);
  snap a, b, c, d, e, f;
  double alone = w5_rate(&a, &b);
  uint32_t texts = w5_texts;
  for (int i = 2; i < nconns; i += 2) say(&conns[i], now());
  run_for(opt.warm);
  measuring = 1, nsamples = 0, n_recv = 0;
  c = take();
  run_for(opt.secs);
  uint64_t quiet = n_recv;
  d = take();
  double without = p99();
  n_recv = 0;
  double together = w5_rate(&e, &f);
  uint64_t busy = n_recv;
  measuring = 0;
  double with = p99();
  printf("{\"workload\":\"w5\",\"adapter\":\"%s\",\"tls\":%d,\"pairs\":%d,\"size\":%d,\"texts\":%d,\"lists\":%u,"
         "\"texts_per_s\":%.0f,\"srv_us\":%.3f,\"texts_per_s_together\":%.0f,\"p99_without_us\":%.1f,"
         "\"p99_with_us\":%.1f,\"w2_per_s_without\":%.0f,\"w2_per_s_with\":%.0f,\"srv_share\":%.3f,\"lg_share\":%.3f,"
         "\"foreign_share\":%.3f,\"bad\":%llu,\"failed\":%llu}\n",
         A->name, opt.tls, opt.pairs, opt.size, opt.texts, w5_lists, alone, texts ? (b.srv - a.srv) * 1e6 / texts : 0,
         together, without, with, quiet / ((d.t - c.t) / 1e9), busy / ((f.t - e.t) / 1e9),
         (b.srv - a.srv) / ((b.t - a.t) / 1e9), (b.self - a.self) / ((b.t - a.t) / 1e9),
         (f.cpu0 + f.cpu1 - a.cpu0 - a.cpu1 - (f.srv - a.srv) - (f.self - a.self)) / ((f.t - a.t) / 1e9),
         (unsigned long long)n_bad, (unsigned long long)n_fail);
}
/* W6: opt.rate texts a second in all, evenly over all clients in turn, however many they are; each waits for nobody */
static void w6_msg(conn *c, const char *t, size_t n) {
  check(c, t, n);
  sample(now() - unhex(t, 16));
}
static void w6_for(double secs) {
  static int next;
  uint64_t start = now(), said = 0, at;
  while ((at = now() - start) < (uint64_t)(secs * 1e9) && !stop) {
    for (uint64_t due = at / 1e9 * opt.rate; said < due; said++, next = (next + 1) % nconns)
      if (conns[next].state == C_READY) say(&conns[next], now());
    step(1);
  }
}
static void w6(void) {
  wl_ready = nothing, wl_msg = w6_msg;
  logon_all(nconns);
  w6_for(opt.warm);
  measuring = 1, n_recv = 0;
  snap a = take();
  w6_for(opt.secs);
  uint64_t n = n_recv;
  snap b = take();
  measuring = 0;
  for (uint64_t t = now(); n_recv < n + opt.rate && now() - t < 200000000ull;) step(20); /* what is under way */
  report("w6", a, b, n, "msg");
}

static void onsig(int s) { (void)s, stop = 1; }
static void usage(void) {
  fprintf(stderr,
          "usage: lg w1|w2|w3|w4|w5|w6 ADAPTER --port N [options]\n"
          "  --host A (127.0.0.1)  --port N  --port2 N (second port, adapter's use)\n"
          "  --tls 0|1 (0)         --pid N (server process: CPU and memory are read)\n"
          "  --pairs N (1)         --window N (32; w2: 1)   --size N (64)\n"
          "  --secs S (5)          --warm S (1)\n"
          "  --conc N (50)         log-ons at once            --users N (5000; w3, w4)\n"
          "  --texts N (100000)    w5: texts of the list      --rate N (5000) w6: texts a second in all\n"
          "  --count N             w1-w3: measure so many units instead of --secs, and see that none is lost\n"
          "  --password P (secret) --arg S (adapter's own)\n"
          "  --each 0|1 (0)        flush per message instead of per wake-up\n"
          "  --spread 0|1 (1)      spread source addresses over 127.0.0.1-64\nadapters:\n");
  for (int i = 0; adapters[i]; i++) fprintf(stderr, "  %-8s %s\n", adapters[i]->name, adapters[i]->about);
  exit(2);
}
int main(int argc, char **argv) {
  if (argc < 3) usage();
  const char *wl = argv[1];
  for (int i = 0; adapters[i]; i++)
    if (!strcmp(adapters[i]->name, argv[2])) A = adapters[i];
  if (!A || strlen(wl) != 2 || wl[0] != 'w' || wl[1] < '1' || wl[1] > '6') usage();
  if (wl[1] == '2') opt.window = 1;
  for (int i = 3; i + 1 < argc; i += 2) {
    const char *k = argv[i], *v = argv[i + 1];
#define I(n) if (!strcmp(k, "--" #n)) { opt.n = atoi(v); continue; }
#define D(n) if (!strcmp(k, "--" #n)) { opt.n = atof(v); continue; }
#define S(n) if (!strcmp(k, "--" #n)) { opt.n = v; continue; }
    I(port) I(port2) I(tls) I(pairs) I(size) I(window) I(conc) I(users) I(texts) I(rate) I(count) I(pid) I(each)
    I(spread) I(verbose) D(secs) D(warm) S(host) S(password) S(arg)
    usage();
  }
  if (!opt.port || opt.size < 24 || opt.size > 60000) usage();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, onsig);
  signal(SIGTERM, onsig);
  alarm(600); /* never runs away */
  ep = epoll_create1(EPOLL_CLOEXEC);
  if (opt.tls) {
    ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, 0);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  }
  nconns = wl[1] == '3' ? opt.conc : wl[1] == '4' ? opt.users : opt.pairs * 2;
  conns = calloc(nconns, sizeof *conns);
  dirty = calloc(2 * nconns, sizeof *dirty);
  for (int i = 0; i < nconns; i++) conns[i].fd = conns[i].udp = -1, conns[i].id = i;
  static void (*const workloads[])(void) = {w1, w2, w3, w4, w5, w6};
  opt.chat = wl[1] != '3' && wl[1] != '4';
  workloads[wl[1] - '1']();
  return n_fail || n_bad ? 3 : 0;
}
