/* SBC/1, Parley's protocol (docs/protocol.md): log-on by UDP challenge and response, sealed records by TCP. Ready when
 * CONNECTED came, or in workloads with texts when CHAT_STARTED came. What is sent until the next flush goes into as few
 * records as hold it, as a client with a write buffer does (1.5).
 *   --port: the UDP port; --arg: the folder of the key files u0.key, u1.key ... that parley-keys has made. */
#include "lg.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

enum { HELLO = 1, CHALLENGE, RESPONSE, AUTH_SUCCESS, AUTH_FAIL };
enum {
  CONNECT = 0x10, CONNECTED, CHAT_REQUEST = 0x20, CHAT_STARTED, UNREACHABLE, END_REQUEST, END_NOTIF, CHAT,
  HISTORY_REQ = 0x30, HISTORY_RESP, HISTORY_END, KEEPALIVE = 0x40, CLOSE
};
enum { STEP = 64, PLAIN_MAX = 65 * STEP, TAG = 16, CLIENT_MIN = 128, CLIENT_PREFACE = 40, SERVER_PREFACE = 24,
       REKEY = 65536 };

typedef struct { uint8_t secret[32], iv[12]; EVP_CIPHER_CTX *x; uint64_t seq; int enc; } way; /* one direction (2.6) */
typedef struct {
  uint8_t hello[CLIENT_MIN], response[CLIENT_MIN], preface[CLIENT_PREFACE];
  uint8_t th[32], prk[32];   /* transcript hash; HKDF's extract of CK_A */
  way tx, rx;
  uint32_t session;
  int got_preface, written;  /* written: something was sent since the last look */
  uint64_t resent;
  size_t used;               /* of plain: entries that wait for their record */
  uint8_t cookie[16], plain[PLAIN_MAX];
} st;

/* ---- keys --------------------------------------------------------------- */
static const EVP_MD *sha256, *sha3;
static const EVP_CIPHER *gcm;
static EVP_MD_CTX *mdx;
static EVP_CIPHER_CTX *once;
static uint8_t (*keys)[32];
static int nkeys;

static void fatal(const char *what) {
  fprintf(stderr, "lg: parley: %s\n", what);
  exit(1);
}
static void load_keys(void) {
  if (!opt.arg) fatal("--arg must name the folder of the key files");
  for (int cap = 0;; nkeys++) {
    char path[4096], hex[65];
    snprintf(path, sizeof path, "%s/u%d.key", opt.arg, nkeys);
    FILE *f = fopen(path, "r");
    if (!f) break;
    if (nkeys == cap && !(keys = realloc(keys, (cap = cap ? cap * 2 : 1024) * sizeof *keys))) fatal("no memory");
    if (fread(hex, 1, 64, f) != 64) fatal("a key file does not hold 64 hexadecimal digits");
    fclose(f);
    for (int i = 0; i < 32; i++)
      if (sscanf(hex + 2 * i, "%2hhx", &keys[nkeys][i]) != 1) fatal("a key file does not hold hexadecimal digits");
  }
  if (!nkeys) fatal("no u0.key in the folder that --arg names");
  sha256 = EVP_MD_fetch(0, "SHA256", 0), sha3 = EVP_MD_fetch(0, "SHA3-256", 0);
  gcm = EVP_CIPHER_fetch(0, "AES-256-GCM", 0);
  mdx = EVP_MD_CTX_new(), once = EVP_CIPHER_CTX_new();
}
static void hash(const EVP_MD *md, const void *a, size_t n, const void *b, size_t m, uint8_t *out) {
  EVP_DigestInit_ex(mdx, md, 0);
  EVP_DigestUpdate(mdx, a, n), EVP_DigestUpdate(mdx, b, m);
  EVP_DigestFinal_ex(mdx, out, 0);
}
/* HMAC-SHA-256; the key has at most 64 bytes. May write over its inputs. */
static void hmac(const uint8_t *key, size_t k, const uint8_t *m, size_t n, uint8_t *out) {
  uint8_t inner[64] = {0}, outer[64], d[32];
  memcpy(inner, key, k);
  for (int i = 0; i < 64; i++) outer[i] = inner[i] ^ 0x5c, inner[i] ^= 0x36;
  hash(sha256, inner, 64, m, n, d);
  hash(sha256, outer, 64, d, 32, out);
}
static void extract(const uint8_t *key, uint8_t *prk) { hmac((const uint8_t *)"SBC/1", 5, key, 32, prk); }
/* HKDF's expand with info = label, 00, context; at most 32 bytes, one block (2.4) */
static void expand(const uint8_t *prk, const char *label, const uint8_t *context, size_t c, uint8_t *out, size_t n) {
  uint8_t info[160], full[32];
  size_t l = strlen(label) + 1;
  memcpy(info, label, l);
  if (c) memcpy(info + l, context, c);
  info[l + c] = 1;
  hmac(prk, 32, info, l + c + 1, full);
  memcpy(out, full, n);
}
/* A new epoch: key and iv of `secret`; at once the secret of the next, for this one's is of no more use. */
static void epoch(way *w) {
  uint8_t prk[32], key[32];
  extract(w->secret, prk);
  expand(prk, "key", 0, 0, key, 32), expand(prk, "iv", 0, 0, w->iv, 12), expand(prk, "next", 0, 0, w->secret, 32);
  if (!w->x) w->x = EVP_CIPHER_CTX_new();
  EVP_CipherInit_ex(w->x, gcm, 0, key, 0, w->enc);
}
static void nonce(way *w, uint8_t *n) {
  if (w->seq && w->seq % REKEY == 0) epoch(w);
  memcpy(n, w->iv, 12);
  uint64_t v = w->seq++;
  for (int i = 11; v; i--, v >>= 8) n[i] ^= v;
}

/* ---- log-on by UDP (1.4, 3) --------------------------------------------- */
static uint8_t *header(uint8_t *d, int type, const uint8_t *attempt) {
  memcpy(d, "SBCU\1", 5);
  d[5] = type, d[6] = 0, d[7] = CLIENT_MIN;
  memcpy(d + 8, attempt, 16);
  return d + 24;
}
static uint8_t *client_id(uint8_t *o, const char *id) {
  size_t n = strlen(id);
  *o++ = n, memcpy(o, id, n);
  return o + n;
}
static void open_(conn *c) {
  st *s = c->priv;
  uint8_t attempt[16];
  if (!keys) load_keys();
  if (atoi(c->user + 1) >= nkeys) fatal("more users than key files");
  RAND_bytes(attempt, 16);
  uint8_t *o = header(s->hello, HELLO, attempt);
  *o++ = 1, *o++ = 1;
  client_id(o, c->user);
  s->tx.enc = 1;
  conn_udp_open(c, opt.port);
  if (c->udp >= 0) conn_udp_send(c, s->hello, CLIENT_MIN);
}
static void on_challenge(conn *c, const uint8_t *d, size_t n) {
  st *s = c->priv;
  const uint8_t *key = keys[atoi(c->user + 1)], *rand = d + 25;
  uint8_t ck[32];
  if (n < 57 || d[24] != 1 || s->response[0]) return;
  uint8_t *o = client_id(header(s->response, RESPONSE, s->hello + 8), c->user);
  hash(sha256, rand, 32, key, 32, o);
  memcpy(o + 32, rand, 32);
  hash(sha3, rand, 32, key, 32, ck);
  hash(sha256, s->hello, CLIENT_MIN, d, n, s->th);
  extract(ck, s->prk);
  conn_udp_send(c, s->response, CLIENT_MIN);
}
static void on_success(conn *c, const uint8_t *d, size_t n) {
  st *s = c->priv;
  uint8_t key[32], p[32], tag[TAG];
  int x, y;
  if (n != 84 || !s->response[0] || c->fd >= 0) return;
  expand(s->prk, "auth success", s->th, 32, key, 32);
  memcpy(tag, d + 68, TAG);
  EVP_CipherInit_ex(once, gcm, 0, key, d + 24, 0);
  EVP_CipherUpdate(once, 0, &x, d, 24);
  EVP_CipherUpdate(once, p, &x, d + 36, 32);
  EVP_CIPHER_CTX_ctrl(once, EVP_CTRL_AEAD_SET_TAG, TAG, tag);
  if (EVP_CipherFinal_ex(once, p + x, &y) != 1) return;
  memcpy(s->cookie, p, 16);
  conn_connect(c, p[16] << 8 | p[17]);
}
static void on_datagram(conn *c, const uint8_t *d, size_t n) {
  st *s = c->priv;
  if (n < 24 || memcmp(d, "SBCU\1", 5) || (size_t)(d[6] << 8 | d[7]) != n || memcmp(d + 8, s->hello + 8, 16)) return;
  if (d[5] == CHALLENGE) on_challenge(c, d, n);
  else if (d[5] == AUTH_SUCCESS) on_success(c, d, n);
  else if (d[5] == AUTH_FAIL) conn_fail(c, "AUTH_FAIL");
}
static void tick(conn *c) { /* every half second once more; the server answers with the same bytes */
  st *s = c->priv;
  if (c->fd >= 0 || ++s->resent % 5) return;
  conn_udp_send(c, s->response[0] ? s->response : s->hello, CLIENT_MIN);
}

/* ---- records (1.5, 2.6) ------------------------------------------------- */
static void seal(conn *c) {
  st *s = c->priv;
  if (!s->used) return;
  size_t m = (s->used + STEP - 1) / STEP * STEP;
  memset(s->plain + s->used, 0, m - s->used);
  uint8_t iv[12], *o = conn_room(c, 2 + m + TAG);
  int x, y;
  nonce(&s->tx, iv);
  o[0] = (m + TAG) >> 8, o[1] = m + TAG;
  EVP_EncryptInit_ex(s->tx.x, 0, 0, 0, iv);
  EVP_EncryptUpdate(s->tx.x, 0, &x, o, 2);
  EVP_EncryptUpdate(s->tx.x, o + 2, &x, s->plain, m);
  EVP_EncryptFinal_ex(s->tx.x, o + 2 + x, &y);
  EVP_CIPHER_CTX_ctrl(s->tx.x, EVP_CTRL_AEAD_GET_TAG, TAG, o + 2 + m);
  s->used = 0;
}
/* Room for a message of n bytes, type included; it leaves at the next flush. */
static uint8_t *entry(conn *c, int type, size_t n) {
  st *s = c->priv;
  if (s->used + 2 + n > PLAIN_MAX) seal(c);
  uint8_t *o = s->plain + s->used;
  s->used += 2 + n, s->written = 1;
  conn_mark(c);
  *o++ = n >> 8, *o++ = n, *o++ = type;
  return o;
}
static void on_up(conn *c) {
  st *s = c->priv;
  uint8_t context[32 + CLIENT_PREFACE], *p = s->preface;
  memcpy(p, "SBCT\1\0\0", 8);
  expand(s->prk, "lookup tag", s->th, 32, p + 8, 16);
  RAND_bytes(p + 24, 16);
  memcpy(context, s->th, 32), memcpy(context + 32, p, CLIENT_PREFACE);
  expand(s->prk, "client to server", context, sizeof context, s->tx.secret, 32);
  epoch(&s->tx);
  conn_put(c, p, CLIENT_PREFACE);
  memcpy(entry(c, CONNECT, 17), s->cookie, 16);
}
static int on_server_preface(conn *c, const uint8_t *p) {
  st *s = c->priv;
  uint8_t context[32 + CLIENT_PREFACE + SERVER_PREFACE];
  if (memcmp(p, "SBCT\1\0\0", 8)) {
    conn_fail(c, "wrong preface");
    return 0;
  }
  memcpy(context, s->th, 32), memcpy(context + 32, s->preface, CLIENT_PREFACE);
  memcpy(context + 32 + CLIENT_PREFACE, p, SERVER_PREFACE);
  expand(s->prk, "server to client", context, sizeof context, s->rx.secret, 32);
  epoch(&s->rx);
  return s->got_preface = 1;
}
static uint32_t u32(const uint8_t *p) { return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }
static void put32(uint8_t *o, uint32_t v) { o[0] = v >> 24, o[1] = v >> 16, o[2] = v >> 8, o[3] = v; }

static void on_connected(conn *c) {
  if (!opt.chat) {
    conn_ready(c);
    return;
  }
  /* Both ask: who is first reads UNREACHABLE, or the second's question crosses CHAT_STARTED and is dropped (4.6). */
  client_id(entry(c, CHAT_REQUEST, 2 + strlen(c->peer)), c->peer);
}
static void on_message(conn *c, const uint8_t *m, size_t n) {
  st *s = c->priv;
  switch (m[0]) {
  case CONNECTED: on_connected(c); break;
  case CHAT_STARTED:
    s->session = u32(m + 1);
    conn_ready(c);
    break;
  case CHAT:
    if (n >= 7 && u32(m + 1) == s->session) conn_msg(c, (const char *)m + 7, m[5] << 8 | m[6]);
    else conn_fail(c, "a text of another session");
    break;
  case HISTORY_RESP: {
    const uint8_t *text = m + 6 + m[5];
    conn_listed(c, (const char *)m + 6, m[5], (const char *)text + 2, text[0] << 8 | text[1]);
    break;
  }
  case HISTORY_END: conn_listend(c, m[2 + m[1]], u32(m + 3 + m[1])); break;
  case UNREACHABLE: case KEEPALIVE: break;
  case END_NOTIF: conn_fail(c, "END_NOTIF"); break;
  case CLOSE: conn_fail(c, "CLOSE"); break;
  default: conn_fail(c, "unknown message");
  }
}
static size_t on_bytes(conn *c, uint8_t *p, size_t n) {
  st *s = c->priv;
  static uint8_t t[PLAIN_MAX];
  size_t at = 0;
  if (!s->got_preface) {
    if (n < SERVER_PREFACE || !on_server_preface(c, p)) return 0;
    at = SERVER_PREFACE;
  }
  while (n - at >= 2) {
    size_t l = p[at] << 8 | p[at + 1], m = l - TAG;
    if (l % STEP != TAG || l < STEP + TAG || m > PLAIN_MAX) {
      conn_fail(c, "a record of a wrong length");
      return 0;
    }
    if (n - at - 2 < l) break;
    uint8_t iv[12];
    int x, y;
    nonce(&s->rx, iv);
    EVP_DecryptInit_ex(s->rx.x, 0, 0, 0, iv);
    EVP_DecryptUpdate(s->rx.x, 0, &x, p + at, 2);
    EVP_DecryptUpdate(s->rx.x, t, &x, p + at + 2, m);
    EVP_CIPHER_CTX_ctrl(s->rx.x, EVP_CTRL_AEAD_SET_TAG, TAG, p + at + 2 + m);
    if (EVP_DecryptFinal_ex(s->rx.x, t + x, &y) != 1) {
      conn_fail(c, "a record does not verify");
      return 0;
    }
    for (size_t i = 0, k; i + 2 <= m && (k = t[i] << 8 | t[i + 1]); i += 2 + k) {
      if (i + 2 + k > m) conn_fail(c, "a record is badly framed");
      else on_message(c, t + i + 2, k);
      if (c->state < C_LOGON) return 0;
    }
    at += 2 + l;
  }
  return at;
}

/* ---- what the workloads ask for ----------------------------------------- */
static void send_(conn *c, const char *t, size_t n) {
  uint8_t *o = entry(c, CHAT, 7 + n);
  put32(o, ((st *)c->priv)->session);
  o[4] = n >> 8, o[5] = n;
  memcpy(o + 6, t, n);
}
static void list(conn *c) { client_id(entry(c, HISTORY_REQ, 2 + strlen(c->peer)), c->peer); }
static void logoff(conn *c) { *entry(c, CLOSE, 2) = 0; }
static void alive(conn *c) {
  st *s = c->priv;
  if (!s->written) entry(c, KEEPALIVE, 1);
  s->written = 0;
}
static void done(conn *c) {
  st *s = c->priv;
  EVP_CIPHER_CTX_free(s->tx.x), EVP_CIPHER_CTX_free(s->rx.x);
  s->tx.x = s->rx.x = 0;
}

const adapter a_parley = {.name = "parley", .about = "SBC/1; --port: UDP; --arg: folder of key files",
                          .priv = sizeof(st), .open = open_, .on_datagram = on_datagram, .tick = tick, .on_up = on_up,
                          .on_bytes = on_bytes, .seal = seal, .send = send_, .list = list, .logoff = logoff, .fin = 1,
                          .alive = alive, .done = done};
