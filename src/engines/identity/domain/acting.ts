/** The post whose authority is being used: the delegator's under a delegation, else the person's own. Tasks and signing go by this one. */
export function actingPostId<PostId extends string>(actor: { postId: PostId; onBehalfOf?: { postId: PostId } }): PostId {
  return actor.onBehalfOf?.postId ?? actor.postId;
}
