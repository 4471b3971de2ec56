/* Who else computes: the members of a group train one network together, each with its share of every batch.
 * A group is transport, rank and size; what is built on it is here and the same for all of them: sums in an
 * order that depends on neither, agreement, copies.
 *
 * All members call the same of these functions in the same order. Whatever may fail in one of them alone is
 * therefore followed by lince_group_all, which makes it the failure of all. A member alone (lince_alone)
 * exchanges nothing, and its numbers stay as they are. */
#ifndef LINCE_GROUP_GROUP_H
#define LINCE_GROUP_GROUP_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lince_group lince_group;

/* Bytes that are sent to a member, or received from it. */
typedef struct lince_message {
    int peer;
    bool receives;
    void *bytes;
    size_t size; /* which the receiver knows */
} lince_message;

/* How members reach each other: whole messages, between two of them in the order in which they are listed. All messages
 * of an exchange travel at the same time, at most LINCE_GROUP_MESSAGES; it returns when all have been sent, or have come.
 * A message may wait for its receiver. Negative with lince_error() set: the group is broken. */
typedef struct lince_transport {
    const char *name;
    int (*exchange)(const lince_group *group, const lince_message *messages, size_t count);
} lince_transport;

struct lince_group {
    const lince_transport *transport;
    int rank, size;
    char (*names)[64]; /* [size] of the members' machines; NULL: there is but one */
    void *buffer;      /* LINCE_GROUP_BUFFER bytes for messages, aligned for double; NULL where it is alone */
    void *own;         /* the transport's */
};
enum { LINCE_GROUP_BUFFER = 4 << 20, LINCE_GROUP_MESSAGES = 64 };

/* A group of one. */
extern const lince_group lince_alone;

/* A part of `total` things that are cut into `pieces`: the parts are contiguous, in the order of their numbers,
 * and differ by one at most. */
typedef struct lince_share {
    size_t begin, count;
} lince_share;
lince_share lince_piece(size_t total, size_t pieces, size_t piece);

/* A member's: that of its rank, of as many pieces as there are members; and of things that are cut into pieces what
 * those in its share hold of them. */
lince_share lince_group_share(const lince_group *group, size_t total);
lince_share lince_group_part(const lince_group *group, size_t total, size_t pieces);

/* Members on this member's machine, itself among them: what the machine has is divided by so many. */
int lince_group_neighbours(const lince_group *group);

/* How many threads a member computes with: members on one machine that share its processors divide them. */
int lince_group_threads(const lince_group *group);

/* The first member's code, by rank, that is not 0, in all, with its message, which says whose it is where it is not the
 * first's; 0 where there is none. */
int lince_group_all(const lince_group *group, int code);

/* A failure of one member's in another that was told of it: the message says whose it is. Returns the code. */
int lince_group_fail(const lince_group *group, int rank, int code, const char *message);

/* LINCE_EDATA in all where a member has another lince, or computes with another instruction set. */
int lince_group_alike(const lince_group *group);

/* LINCE_EDATA in all where a member has another text than the first one; `what` says of what it is. */
int lince_group_same(const lince_group *group, const char *what, const char *text);

/* Member `root`'s bytes into everyone's. */
int lince_group_broadcast(const lince_group *group, int root, void *bytes, size_t size);

/* An array of `total` items, of which each member has filled its part (lince_group_part), is whole in all of them. */
int lince_group_gather(const lince_group *group, void *items, size_t total, size_t pieces, size_t item_size);

#endif
