#pragma once

#include "sio/cluster/valkey/valkey.hpp"

/// The roll in Valkey. KEYS[1] is its name, which holds a hash tag, so that all its keys are in one slot; times are Valkey's own:
///     NAME:leases          sorted set: incarnation, when its lease ends (ms)
///     NAME:shares:LEASE    hash: key, payload
///     NAME:handed          set: leases of servers that have stopped in peace
///     NAME:ending          set: claimed leases some of whose shares are still there
///     NAME:seq             number of the last message on the channel NAME
/// A message is `SEQ LEASE BY`, then a line for each share of LEASE that has changed: how (`Why`), key, tab, payload (empty: removed); or
/// the line `.`: the lease has ended. BY is the lease of who caused it.
namespace desk::cluster::roll_scripts {

/// ARGV: lease, ms. Takes a lease under a new name.
extern const sio::cluster::Script kEnter;
/// ARGV: lease. Whether the lease is held, the last SEQ, then of each lease its name and a list of key, payload, key, ...
extern const sio::cluster::Script kLoad;
/// ARGV: lease, then key, payload, how of each share. Whether the lease is held; if not, nothing is done.
extern const sio::cluster::Script kPut;
/// ARGV: lease, ms, whether to claim (1, 0), shares to remove at most. Renews the lease unless it was claimed; claims those that have
/// ended, and removes shares of claimed ones. Whether the lease is held, the last SEQ, leases claimed, shares removed, leases that still
/// have shares to remove, the names of all leases.
extern const sio::cluster::Script kKeep;
/// ARGV: lease. Ends it at once; its shares are removed as those of claimed ones.
extern const sio::cluster::Script kLeave;
/// ARGV: lease, ms. It is not renewed any more, and has these ms; each of its shares goes as soon as another server has one in that key.
extern const sio::cluster::Script kHandOver;

}  // namespace desk::cluster::roll_scripts
