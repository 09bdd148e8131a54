/* The list of adapters: add yours here and in the Makefile's OBJ. */
#include "lg.h"
extern const adapter a_irc, a_mqtt, a_xmpp, a_raw, a_gcm, a_parley;
const adapter *const adapters[] = {&a_irc, &a_mqtt, &a_xmpp, &a_raw, &a_gcm, &a_parley, 0};
