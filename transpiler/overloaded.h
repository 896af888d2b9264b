#pragma once

namespace nubpf {

/// One visitor out of several lambdas, for std::visit.
template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
// clang 14 needs it said
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace nubpf
