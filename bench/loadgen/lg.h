/* lg.h - core of the chat load generator: connections, buffers, adapters.
 *
 * An adapter translates between the core's view (log on, send 64 bytes of
 * text to the partner, log off) and one wire protocol.  The core owns the
 * sockets, TLS, the event loop, the workloads and the figures.
 */
#ifndef LG_H
#define LG_H
#include <stddef.h>
#include <stdint.h>
#include <openssl/ssl.h>

typedef struct { uint8_t *p; size_t off, len, cap; } buf; /* data = p[off..len) */

enum { C_IDLE, C_OPENING, C_TCP, C_TLS, C_LOGON, C_READY, C_LOGOFF };

typedef struct conn {
  int id;               /* 0..n-1; users 2k and 2k+1 are a pair */
  char user[16];        /* "u<id>" */
  char peer[16];        /* "u<id^1>" */
  int state, fd, udp;
  SSL *ssl;
  buf in, out;
  int want_out, dirty;
  uint64_t t0;          /* when the log-on began, ns */
  uint32_t tx, rx;      /* chat messages sent / received */
  void *priv;           /* adapter's own state, zeroed at each log-on */
} conn;

typedef struct adapter {
  const char *name, *about;
  size_t priv;          /* bytes of per-connection state */
  /* Begin. NULL: the core connects TCP at once.  Otherwise the adapter does
   * its UDP exchange (conn_udp_*) and then calls conn_connect(). */
  void (*open)(conn *);
  void (*on_datagram)(conn *, const uint8_t *, size_t);
  /* About every 100 ms while not ready: resend lost datagrams. May be NULL. */
  void (*tick)(conn *);
  /* TCP (and TLS, if asked for) is up: send the log-on. */
  void (*on_up)(conn *);
  /* Bytes arrived; return how many were consumed (the rest comes again). */
  size_t (*on_bytes)(conn *, uint8_t *, size_t);
  /* Send one chat message to c->peer. */
  void (*send)(conn *, const char *, size_t);
  /* Optional, before each flush: turn what send() has collected into output. Who collects calls conn_mark(). */
  void (*seal)(conn *);
  /* Optional: ask for the whole history with c->peer (W5). */
  void (*list)(conn *);
  /* Say goodbye.  NULL: the core just shuts its side down.  Either way the
   * cycle ends when the server closes. */
  void (*logoff)(conn *);
  int fin;              /* half-close after logoff's bytes */
  /* Optional, every 7 s while logged on: show life if nothing was sent since the last call. */
  void (*alive)(conn *);
  /* Optional: free what priv points to. */
  void (*done)(conn *);
} adapter;

/* what an adapter calls */
void conn_put(conn *, const void *, size_t);
uint8_t *conn_room(conn *, size_t);        /* reserve n bytes of output ... */
void conn_mark(conn *);                    /* flush this one at the end of the wake-up */
void conn_printf(conn *, const char *, ...) __attribute__((format(printf, 2, 3)));
void conn_udp_open(conn *, int port);      /* connected UDP socket to --host */
void conn_udp_send(conn *, const void *, size_t);
void conn_connect(conn *, int port);       /* now TCP; port 0: --port */
void conn_ready(conn *);                   /* logged on */
void conn_msg(conn *, const char *, size_t); /* chat text from the partner */
/* one text of the list, in order, with its sender's name (not ended by 0); then its end */
void conn_listed(conn *, const char *user, size_t, const char *text, size_t);
void conn_listend(conn *, int status, uint32_t count);
void conn_fail(conn *, const char *why);

/* settings an adapter may read */
extern struct opt {
  const char *host, *password, *arg;
  int port, port2, tls, pairs, size, window, conc, users, texts, rate, count;
  double secs, warm;
  int pid, each, spread, verbose;
  int chat;             /* the workload sends texts: ready means ready to send one */
} opt;
#endif
