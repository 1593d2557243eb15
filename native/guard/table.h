/* The fence messages: read from the shared page, checked, kept as a private copy, stored in a file and read again. */
#ifndef POLLUX_TABLE_H
#define POLLUX_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "page.h"

/* A private copy of the table. Offsets in entry[] are relative to octets[]. */
struct table {
    uint32_t count;
    uint32_t used;
    struct page_message entry[PAGE_MESSAGES];
    uint8_t octets[sizeof(((struct page *)0)->octets)];
};

enum table_read {
    TABLE_UNCHANGED, /* nothing published since *seen, or nothing at all */
    TABLE_TORN,      /* the JVM is writing (or died while writing): try again later */
    TABLE_INVALID,   /* stable, but not a table: the copy is untouched, *seen moves on so that it is reported once */
    TABLE_NEW,       /* *copy and *seen are new */
};

/* Takes the page's table into *copy if it is stable, well-formed and newer than *seen. Never blocks, never retries. */
enum table_read table_take(const struct page *page, struct table *copy, uint64_t *seen);

/* Written by the guard, read by `polluxd fence`: what is to be sent should the guard itself die. */
struct table_file {
    uint32_t magic;
    uint32_t version;
    uint32_t armed;
    uint32_t count;
    uint32_t used;
    uint32_t reserved;
};
#define TABLE_FILE_MAGIC 0x504c5846u /* "PLXF" */

/* Replaces name in the directory atomically, mode 0600. Returns 0 or an errno. */
int table_store(int directory, const char *name, const struct table *table, bool armed);

/*
 * Reads what table_store wrote. Refuses a file that others than its owner may write, that belongs to neither root nor
 * the caller, or that is no table. Returns NULL, or the reason.
 */
const char *table_load(const char *path, struct table *table, bool *armed);

/* A guard that died has left its copy: should no daemon publish another one, it is still what closes the gate. */
void table_take_left(const char *runDirectory, struct table *table);

#endif
