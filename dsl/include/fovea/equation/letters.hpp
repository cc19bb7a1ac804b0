#pragma once

// Sets of index letters as types: which indices an expression depends on is part of its type, so an
// unbound index is a compile-time error.
namespace fovea {

template <char... Cs>
struct Letters {};

namespace detail {

template <char C, char... Cs>
constexpr bool contains(Letters<Cs...>) {
  return ((C == Cs) || ...);
}

template <class Set, char C, bool Present>
struct InsertIf;
template <char... Cs, char C>
struct InsertIf<Letters<Cs...>, C, false> {
  using type = Letters<Cs..., C>;
};
template <char... Cs, char C>
struct InsertIf<Letters<Cs...>, C, true> {
  using type = Letters<Cs...>;
};

template <class A, class B>
struct UnionOf;
template <class A>
struct UnionOf<A, Letters<>> {
  using type = A;
};
template <class A, char C, char... Cs>
struct UnionOf<A, Letters<C, Cs...>> {
  using type =
      typename UnionOf<typename InsertIf<A, C, contains<C>(A{})>::type, Letters<Cs...>>::type;
};

// A without the letters of B.
template <class Result, class A, class B>
struct DifferenceOf;
template <class Result, class B>
struct DifferenceOf<Result, Letters<>, B> {
  using type = Result;
};
template <class Result, char C, char... Cs, class B>
struct DifferenceOf<Result, Letters<C, Cs...>, B> {
  using type = typename DifferenceOf<typename InsertIf<Result, C, contains<C>(B{})>::type,
                                     Letters<Cs...>, B>::type;
};

template <char... As, class B>
constexpr bool subset_of(Letters<As...>, B) {
  return (contains<As>(B{}) && ...);
}

template <char... Cs>
constexpr bool distinct(Letters<Cs...>) {
  constexpr char letters[] = {Cs..., '\0'};
  for (unsigned i = 0; i < sizeof...(Cs); ++i)
    for (unsigned k = 0; k < i; ++k)
      if (letters[i] == letters[k])
        return false;
  return true;
}

template <class... Sets>
struct UnionAll {
  using type = Letters<>;
};
template <class Set, class... Sets>
struct UnionAll<Set, Sets...> {
  using type = typename UnionOf<Set, typename UnionAll<Sets...>::type>::type;
};

template <class A, class B>
struct ConcatOf;
template <char... As, char... Bs>
struct ConcatOf<Letters<As...>, Letters<Bs...>> {
  using type = Letters<As..., Bs...>;
};
template <class... Sets>
struct ConcatAll {
  using type = Letters<>;
};
template <class Set, class... Sets>
struct ConcatAll<Set, Sets...> {
  using type = typename ConcatOf<Set, typename ConcatAll<Sets...>::type>::type;
};

} // namespace detail

template <class... Sets>
using union_of = typename detail::UnionAll<Sets...>::type;
template <class A, class B>
using difference_of = typename detail::DifferenceOf<Letters<>, A, B>::type;

} // namespace fovea
