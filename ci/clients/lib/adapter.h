// What adapters in C and C++ share: commands read, events written. Needs cJSON.
//
//   tell("done", "n", 7, "reason", 0, NULL);
//   tell_message("a/b", payload, length, qos, retain, dup);
//   return serve("ready's fields", run);      // calls run(command) for each line; it returns why
//   not, or NULL
#pragma once
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline const char* text(const cJSON* c, const char* name) {
  return cJSON_GetStringValue(cJSON_GetObjectItem(c, name));
}
static inline int given(const cJSON* c, const char* name) {
  return cJSON_GetObjectItem(c, name) != NULL;
}
static inline long number(const cJSON* c, const char* name, long absent) {
  return given(c, name) ? (long)cJSON_GetObjectItem(c, name)->valuedouble : absent;
}
static inline int is(const cJSON* c, const char* cmd) {
  return strcmp(text(c, "cmd"), cmd) == 0;
}

// The payload of a publish, as text or as octets; the caller frees it.
static inline char* payload_of(const cJSON* c, int* length) {
  const char *plain = text(c, "payload"), *hex = text(c, "payload_hex");
  *length = plain ? (int)strlen(plain) : hex ? (int)(strlen(hex) / 2) : 0;
  char* out = (char*)calloc(1, (size_t)*length + 1);
  for (int i = 0; i < *length; ++i) {
    if (plain)
      out[i] = plain[i];
    else
      sscanf(hex + 2 * i, "%2hhx", (unsigned char*)out + i);
  }
  return out;
}

static inline void write_line(cJSON* event) {
  char* line = cJSON_PrintUnformatted(event);
  printf("%s\n", line);
  free(line);
  cJSON_Delete(event);
}
// Names and numbers, up to NULL.
static inline void tell(const char* ev, ...) {
  cJSON* event = cJSON_CreateObject();
  cJSON_AddStringToObject(event, "ev", ev);
  va_list rest;
  va_start(rest, ev);
  for (const char* name; (name = va_arg(rest, const char*)) != NULL;)
    cJSON_AddNumberToObject(event, name, va_arg(rest, int));
  va_end(rest);
  write_line(event);
}
static inline void refuse(int n, const char* why) {
  cJSON* event = cJSON_CreateObject();
  cJSON_AddStringToObject(event, "ev", "refused");
  cJSON_AddNumberToObject(event, "n", n);
  cJSON_AddStringToObject(event, "why", why);
  write_line(event);
}
static inline void tell_message(const char* topic, const void* payload, int length, int qos,
                                int retain, int dup) {
  cJSON* event = cJSON_CreateObject();
  char* hex = (char*)calloc(1, 2 * (size_t)length + 1);
  for (int i = 0; i < length; ++i) sprintf(hex + 2 * i, "%02x", ((const unsigned char*)payload)[i]);
  cJSON_AddStringToObject(event, "ev", "message");
  cJSON_AddStringToObject(event, "topic", topic ? topic : "");
  cJSON_AddStringToObject(event, "payload_hex", hex);
  cJSON_AddNumberToObject(event, "qos", qos);
  cJSON_AddNumberToObject(event, "retain", retain);
  if (dup >= 0) cJSON_AddNumberToObject(event, "dup", dup);
  free(hex);
  write_line(event);
}

static inline int serve(const char* ready, const char* (*run)(const cJSON* command)) {
  static char line[1 << 20];
  setvbuf(stdout, NULL, _IOLBF, 1 << 16);
  printf("{\"ev\":\"ready\",\"adapter\":1,%s}\n", ready);
  while (fgets(line, sizeof line, stdin)) {
    cJSON* c = cJSON_Parse(line);
    const char* why = run(c);
    if (why) refuse((int)number(c, "n", 0), why);
    cJSON_Delete(c);
  }
  return 0;
}
