-- Who put a member into a room; none: they came by themselves, by an invite, or made it. Of before, whoever made the
-- closed room.
ALTER TABLE members ADD COLUMN added_by INTEGER;
UPDATE members
SET added_by = (SELECT made_by FROM rooms WHERE rooms.id = members.room AND kind = 'closed' AND made_by <> members.user);
CREATE INDEX members_by_adder ON members (user, added_by) WHERE added_by IS NOT NULL;

-- A room that was removed keeps its row, so that its id is never given again, and is in nobody's way: closed, archived,
-- without a name and members. erased_upto: up to which of its messages the text is gone; none in a room that is there.
ALTER TABLE rooms ADD COLUMN erased_upto INTEGER;
CREATE INDEX rooms_removed ON rooms (id) WHERE erased_upto IS NOT NULL;
