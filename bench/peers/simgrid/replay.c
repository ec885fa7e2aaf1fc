/* A step's exchanges as `switchyard scale --messages` lists them, for SimGrid's simulated MPI.
 *
 * usage: replay ACTIONS RANKS_PER_NODE EP CALL_SECONDS
 *
 * ACTIONS has a line an event: "compute SECONDS", or "OPERATION GROUP BYTES ALGORITHM" with the
 * names of scale's JSON. All ranks do the same, one event after the other; rank 0 prints when it is
 * done, and the seconds that it spent in each kind of message: in waiting for others as well.
 */
#include <mpi.h>
#include <smpi/smpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kMaxRanks = 4096, kMaxKinds = 16 };
static const double kHostFlops = 1e9; /* of a rank in platform_xml.py */

struct group {
  MPI_Comm comm;
  int rank, size, per_node;
};

static char* outgoing; /* one block for all ranks: what travels does not matter */
static char* incoming;

static void simulate_work(double seconds) {
  smpi_execute_flops(seconds * kHostFlops);
}

static int least(int a, int b) {
  return a < b ? a : b;
}

static struct group make_group(int color, int ranks_per_node, int apart) {
  struct group g;
  MPI_Comm_split(MPI_COMM_WORLD, color, 0, &g.comm);
  MPI_Comm_rank(g.comm, &g.rank);
  MPI_Comm_size(g.comm, &g.size);
  g.per_node = least(ranks_per_node / apart > 0 ? ranks_per_node / apart : 1, g.size);
  return g;
}

/* The rank at a place of ring j, which leaves every node by the adapter of its j-th rank. */
static int at_place(const struct group* g, int j, int place) {
  const int m = g->per_node, node = place / m;
  return node * m + (place % m + j + 1) % m;
}

static int place_of(const struct group* g, int j, int rank) {
  const int m = g->per_node, node = rank / m;
  return node * m + (rank % m - j - 1 + m) % m;
}

struct ring {
  int from, to, left; /* neighbours, hops that are left */
};

static void hop(const struct group* g, struct ring* r, int bytes, int tag, MPI_Request* received,
                MPI_Request* sent) {
  MPI_Irecv(incoming, bytes, MPI_BYTE, r->from, tag, g->comm, received);
  MPI_Isend(outgoing, bytes, MPI_BYTE, r->to, tag, g->comm, sent);
  --r->left;
}

/* One ring for each rank of a node, all under way at once, each with its part of the bytes. */
static void rings(const struct group* g, double bytes, int hops) {
  const int m = g->size % g->per_node == 0 ? g->per_node : 1;
  const int part = (int)(bytes / m / g->size) + 1;
  struct ring* all = malloc(sizeof(struct ring) * (size_t)m);
  MPI_Request* received = malloc(sizeof(MPI_Request) * (size_t)m);
  MPI_Request* sent = malloc(sizeof(MPI_Request) * (size_t)(m * hops));
  int sends = 0;
  for (int j = 0; j < m; ++j) {
    const int place = place_of(g, j, g->rank);
    all[j].from = at_place(g, j, (place + g->size - 1) % g->size);
    all[j].to = at_place(g, j, (place + 1) % g->size);
    all[j].left = hops;
    hop(g, &all[j], part, j, &received[j], &sent[sends++]);
  }
  for (;;) {
    int j = 0;
    MPI_Waitany(m, received, &j, MPI_STATUS_IGNORE);
    if (j == MPI_UNDEFINED) break;
    if (all[j].left > 0) hop(g, &all[j], part, j, &received[j], &sent[sends++]);
  }
  MPI_Waitall(sends, sent, MPI_STATUSES_IGNORE);
  free(all);
  free(received);
  free(sent);
}

static void recursive_doubling(const struct group* g, double bytes) {
  for (int distance = 1; distance < g->size; distance *= 2) {
    const int other = g->rank ^ distance;
    if (other < g->size)
      MPI_Sendrecv(outgoing, (int)bytes, MPI_BYTE, other, 0, incoming, (int)bytes, MPI_BYTE, other,
                   0, g->comm, MPI_STATUS_IGNORE);
  }
}

/* As one NCCL group: all at once. */
static void all_to_all(const struct group* g, double bytes) {
  const int part = (int)(bytes / g->size) + 1;
  static MPI_Request requests[2 * kMaxRanks];
  int count = 0;
  for (int step = 1; step < g->size; ++step) {
    const int to = (g->rank + step) % g->size, from = (g->rank + g->size - step) % g->size;
    MPI_Irecv(incoming, part, MPI_BYTE, from, 0, g->comm, &requests[count++]);
    MPI_Isend(outgoing, part, MPI_BYTE, to, 0, g->comm, &requests[count++]);
  }
  MPI_Waitall(count, requests, MPI_STATUSES_IGNORE);
}

static void exchange(const struct group* g, const char* operation, double bytes,
                     const char* algorithm) {
  if (strncmp(operation, "all_to_all", 10) == 0)
    all_to_all(g, bytes);
  else if (strcmp(algorithm, "recursive_doubling") == 0)
    recursive_doubling(g, bytes);
  else
    rings(g, bytes, (strcmp(operation, "all_reduce") == 0 ? 2 : 1) * (g->size - 1));
}

struct kind {
  char name[128];
  double seconds;
};

static void book(struct kind* kinds, const char* name, double seconds) {
  int k = 0;
  while (k < kMaxKinds - 1 && kinds[k].name[0] && strcmp(kinds[k].name, name) != 0) ++k;
  snprintf(kinds[k].name, sizeof kinds[k].name, "%s", name);
  kinds[k].seconds += seconds;
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  FILE* actions = argc == 5 ? fopen(argv[1], "r") : NULL;
  if (!actions) {
    fprintf(stderr, "usage: replay ACTIONS RANKS_PER_NODE EP CALL_SECONDS\n");
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  const int per_node = atoi(argv[2]), ep = atoi(argv[3]);
  const double call = atof(argv[4]);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const struct group world = make_group(0, per_node, 1);
  const struct group experts = make_group(rank / ep, per_node, 1);
  const struct group data = make_group(rank % ep, per_node, ep);
  outgoing = SMPI_SHARED_MALLOC(64 << 20);
  incoming = SMPI_SHARED_MALLOC(64 << 20);

  struct kind kinds[kMaxKinds];
  memset(kinds, 0, sizeof kinds);
  char line[256], operation[64], name[64], algorithm[64];
  double amount = 0, before = MPI_Wtime();
  while (fgets(line, sizeof line, actions)) {
    if (sscanf(line, "compute %lf", &amount) == 1) {
      simulate_work(amount);
      continue;
    }
    if (sscanf(line, "%63s %63s %lf %63s", operation, name, &amount, algorithm) != 4)
      MPI_Abort(MPI_COMM_WORLD, 2);
    before = MPI_Wtime();
    simulate_work(call);
    exchange(strcmp(name, "world") == 0             ? &world
             : strcmp(name, "expert-parallel") == 0 ? &experts
                                                    : &data,
             operation, amount, algorithm);
    char kind[128];
    snprintf(kind, sizeof kind, "%s %s", name,
             strcmp(operation, "all_reduce") == 0 ? algorithm : operation);
    book(kinds, kind, MPI_Wtime() - before);
  }
  fclose(actions);
  if (rank == 0) {
    printf("step %.9f\n", MPI_Wtime());
    for (int k = 0; k < kMaxKinds && kinds[k].name[0]; ++k)
      printf("%s %.9f\n", kinds[k].name, kinds[k].seconds);
  }
  SMPI_SHARED_FREE(outgoing);
  SMPI_SHARED_FREE(incoming);
  MPI_Finalize();
  return 0;
}
