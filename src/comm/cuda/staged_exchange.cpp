#include "comm/cuda/staged_exchange.hpp"

#include <utility>

namespace switchyard {

StagedExchange::StagedExchange(CudaDevice& device, PinnedTensor sent, PinnedTensor received,
                               Tensor arrived, Start start)
    : device_(device),
      sent_(std::move(sent)),
      received_(std::move(received)),
      arrived_(std::move(arrived)),
      start_(std::move(start)) {}

bool StagedExchange::downloaded() const {
  return has_passed(sent_.copied);
}

void StagedExchange::start() {
  SY_CUDA(cudaEventSynchronize(sent_.copied));
  request_ = start_(sent_.tensor, received_.tensor);
}

bool StagedExchange::test() {
  if (!started() || (!uploaded_ && !request_->test())) return false;
  upload();
  return true;
}

void StagedExchange::wait() {
  request_->wait();
  upload();
}

void StagedExchange::upload() {
  if (!std::exchange(uploaded_, true)) start_upload(device_, received_, arrived_);
}

void StagedQueue::start_first() {
  std::shared_ptr<StagedExchange> first = std::move(waiting_.front());
  waiting_.pop_front();
  first->start();
}

void StagedQueue::advance() {
  while (!waiting_.empty() && waiting_.front()->downloaded()) start_first();
}

void StagedQueue::start_until(const StagedExchange& exchange) {
  while (!exchange.started()) start_first();
}

void StagedQueue::flush() {
  while (!waiting_.empty()) start_first();
}

}  // namespace switchyard
