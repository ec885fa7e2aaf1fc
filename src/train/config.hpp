#pragma once
// Everything that determines a training run. The resolved config replays it.

#include <cstdint>
#include <string>

#include "data/batch.hpp"
#include "data/dataset.hpp"
#include "machine/machine.hpp"
#include "model/config.hpp"
#include "model/objective.hpp"
#include "parallel/distributed_classifier.hpp"
#include "profile/config.hpp"
#include "train/schedule.hpp"
#include "train/sgd.hpp"

namespace switchyard {

/// Whether a step's work is recorded once and then replayed.
enum class Graphs {
  automatic,  ///< on CUDA devices
  on,
  off,
};
inline constexpr Choice<Graphs> graphs_choices[] = {
    {Graphs::automatic, "auto"}, {Graphs::on, "on"}, {Graphs::off, "off"}};

struct DataConfig {
  std::string folder = "datasets/synthetic";
  DatasetKind kind = DatasetKind::detect;
  std::int64_t train_samples = 0;
  std::int64_t validation_samples = 0;
  std::uint64_t split_seed = 42;
  Augmentation augmentation = Augmentation::standard;
};

struct ExecutionConfig {
  DeviceKind device = DeviceKind::automatic;
  Precision precision = Precision::f32;
  Graphs graphs = Graphs::automatic;
  bool fast_nondeterministic = false;
  int ep = 0;
  Transport communicator = Transport::automatic;
  bool two_level = false;
  int overlap_degree = 1;
  int threads = 0;
  NormSync norm_sync = NormSync::sync;
  int deadline = 25;
};

struct RunConfig {
  std::string folder = "runs/train";
  int epochs = 50;
  std::int64_t batch = 128;
  std::int64_t eval_batch = 256;
  std::uint64_t seed = 42;
  bool resume = false;
  bool overwrite = false;
  std::int64_t checkpoint_every = 0;
  int keep_checkpoints = 2;
  bool tensorboard = true;
  int histograms_every = 5;
};

struct TrainConfig {
  RunConfig run;
  DataConfig data;
  ModelConfig model;
  ObjectiveConfig objective;
  SgdConfig sgd;
  ScheduleConfig schedule;
  ExecutionConfig execution;
  ProfileConfig profile;
};

template <class Visitor>
void visit(Visitor& v, RunConfig& c) {
  v.group("Run");
  v.field("out", c.folder, "run folder: config, metrics, checkpoints", "FOLDER");
  v.field("epochs", c.epochs, "passes over the training split", at_least(1), "epochs");
  v.field("batch", c.batch, "global batch size, over all ranks", at_least(1), "images");
  v.field("eval-batch", c.eval_batch, "global batch size of validation and test", at_least(1),
          "images");
  v.field("seed", c.seed, "of initialisation, order, augmentation, noise and dropout");
  v.field("resume", c.resume, "continue from the newest checkpoint of the run folder");
  v.field("overwrite", c.overwrite, "start anew in a folder that holds a run");
  v.field("checkpoint-every", c.checkpoint_every,
          "also write a checkpoint every so many steps; 0: at the end of epochs only", at_least(0),
          "steps");
  v.field("keep-checkpoints", c.keep_checkpoints, "newest checkpoints to keep, besides the best",
          at_least(1));
  v.field("tensorboard", c.tensorboard, "also write metrics as event files for TensorBoard");
  v.field("histograms-every", c.histograms_every,
          "epochs from one set of histograms of all parameters to the next in these files, and one "
          "at the end; 0: none",
          at_least(0), "epochs");
}

template <class Visitor>
void visit(Visitor& v, DataConfig& c) {
  v.group("Data");
  v.field("data", c.folder, "folder of the data set", "FOLDER");
  v.field("dataset", c.kind, "its layout; auto: by the names of its files", dataset_kind_choices);
  v.field("train-samples", c.train_samples,
          "use only the first so many of the training split; 0: all", at_least(0), "images");
  v.field("validation-samples", c.validation_samples,
          "training images to validate on; 0: one tenth", at_least(0), "images");
  v.field("split-seed", c.split_seed, "of the training/validation split, as torch.random_split");
  v.field("augment", c.augmentation, "training augmentation; standard: crop 32 pad 4, mirror",
          augmentation_choices);
}

template <class Visitor>
void visit(Visitor& v, ExecutionConfig& c) {
  v.group("Execution");
  v.field("device", c.device,
          "cuda, cpu (oneDNN, OpenBLAS, OpenMP) or ref (plain loops); auto: cuda where every rank "
          "has a device, else cpu",
          device_choices);
  v.field("precision", c.precision,
          "of arithmetic; tf32 and bf16 are for cuda, with parameters and loss in f32",
          precision_choices);
  v.field("graphs", c.graphs, "record a step's kernels and replay them; auto: on cuda devices",
          graphs_choices);
  v.field("fast-nondeterministic", c.fast_nondeterministic,
          "cuda: faster convolutions, which differ from run to run in the last bits");
  v.field("ep", c.ep, "ranks an expert-parallel group; world = dp x ep; 0: the largest that fits",
          at_least(0), "ranks");
  v.field("communicator", c.communicator,
          "cuda: nccl, or staged (MPI through host memory); auto: nccl where every rank has a "
          "device of its own",
          transport_choices);
  v.field("two-level", c.two_level,
          "cuda: rows for other nodes are collected within the node first: fewer, longer messages");
  v.field("overlap-degree", c.overlap_degree,
          "parts that rows for experts are sent in, so that sending and computing overlap",
          at_least(1));
  v.field("threads", c.threads, "OpenMP threads a rank; 0: share this host's cores", at_least(0));
  v.field("batch-norm", c.norm_sync, "statistics over the global batch (sync) or a rank's (local)",
          norm_sync_choices);
  v.field("deadline", c.deadline, "longest wait for another rank", at_least(1), "seconds");
}

template <class Visitor>
void visit(Visitor& v, TrainConfig& c) {
  visit(v, c.run);
  visit(v, c.data);
  visit(v, c.model);
  visit(v, c.objective);
  visit(v, c.sgd);
  visit(v, c.schedule);
  visit(v, c.execution);
  visit(v, c.profile);
}

MachineConfig machine_config(const ExecutionConfig& config);
DistributedOptions distributed_options(const TrainConfig& config);
/// Whether passes are recorded and replayed.
bool records_steps(Graphs graphs, Machine& machine);

}  // namespace switchyard
